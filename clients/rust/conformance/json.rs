//! Messages and errors as the JSON that the commands speak.

use std::error::Error as StdError;

use memsvc_client::{Error, tonic::Code};
use prost::Message;
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

pub type Anything = Box<dyn StdError + Send + Sync>;

/// The canonical JSON mapping of the contract's messages, with the contract's field names.
pub struct Mapping(DescriptorPool);

impl Mapping {
    /// Reads the contract.
    pub fn new() -> Result<Self, Anything> {
        let descriptors = include_bytes!("../proto/memsvc.binpb").as_slice();
        Ok(Self(DescriptorPool::decode(descriptors)?))
    }

    /// Returns JSON as a message of `kind`.
    pub fn read<T: Message + Default>(&self, kind: &str, value: &Value) -> Result<T, Anything> {
        let descriptor = self.0.get_message_by_name(&format!("memsvc.v1.{kind}"));
        let descriptor = descriptor.ok_or_else(|| format!("no such message: {kind}"))?;
        let options = DeserializeOptions::new();
        Ok(
            DynamicMessage::deserialize_with_options(descriptor, value, &options)?
                .transcode_to()?,
        )
    }

    /// Returns a message of `kind` as JSON.
    pub fn write<T: Message>(&self, kind: &str, message: &T) -> Result<Value, Anything> {
        let descriptor = self.0.get_message_by_name(&format!("memsvc.v1.{kind}"));
        let descriptor = descriptor.ok_or_else(|| format!("no such message: {kind}"))?;
        let mut dynamic = DynamicMessage::new(descriptor);
        dynamic.transcode_from(message)?;
        let options = SerializeOptions::new().use_proto_field_name(true);
        Ok(dynamic.serialize_with_options(serde_json::value::Serializer, &options)?)
    }
}

/// Returns what is told of a failed call.
pub fn told(error: &Error) -> Value {
    let violations = error.field_violations().iter();
    json!({
        "code": name_of(error.code()),
        "reason": error.reason_name(),
        "message": error.message(),
        "field_violations": violations
            .map(|each| json!({"field": each.field, "description": each.description}))
            .collect::<Vec<_>>(),
        "retry_after_seconds": error.retry_after().map(|pause| pause.as_secs_f64()),
        "error_id": error.error_id(),
        "request_id": error.request_id(),
        "metadata": error.metadata(),
    })
}

/// Returns a status as gRPC writes it: DeadlineExceeded is DEADLINE_EXCEEDED.
fn name_of(code: Code) -> String {
    let mut name = String::new();
    for letter in format!("{code:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}
