//! What a call can fail with.

use std::{collections::HashMap, convert::Infallible, fmt, time::Duration};

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::contract::ErrorReason;

/// The domain of the server's `ErrorInfo`; others come from proxies in between.
const DOMAIN: &str = "memsvc.dev";
const REASON_PREFIX: &str = "ERROR_REASON_";
/// How tonic begins the message of an answer above the limit, which it calls OUT_OF_RANGE.
const TOO_LARGE: &str = "Error, decoded message length too large";
/// How tonic calls a deadline that has passed in the client.
const TIMEOUT_EXPIRED: &str = "Timeout expired";

/// A field of a request that breaks a rule of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldViolation {
    /// The field's path, such as `messages[0].content`.
    pub field: String,
    /// What is wrong with it, for a person.
    pub description: String,
}

/// A call failed. Decide by [`reason`](Error::reason) or [`code`](Error::code), never by the text.
#[derive(Clone, Debug)]
pub struct Error(Box<Failure>);

#[derive(Clone, Debug)]
struct Failure {
    code: Code,
    reason: String,
    message: String,
    metadata: HashMap<String, String>,
    field_violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
    request_id: String,
    status: Option<Status>,
}

impl Error {
    /// Returns the gRPC status.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the reason from the contract's catalogue. It is `None` if the error does not come from the
    /// server itself, or if the reason is newer than this client: see [`reason_name`](Error::reason_name).
    pub fn reason(&self) -> Option<ErrorReason> {
        ErrorReason::from_str_name(&format!("{REASON_PREFIX}{}", self.0.reason))
    }

    /// Returns the reason's name without its prefix, such as `MEMORY_NOT_FOUND`; empty if the error does not
    /// come from the server itself.
    pub fn reason_name(&self) -> &str {
        &self.0.reason
    }

    /// Returns what went wrong, for a person.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns further facts by name.
    pub fn metadata(&self) -> &HashMap<String, String> {
        &self.0.metadata
    }

    /// Returns the fields of the request that break a rule.
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.field_violations
    }

    /// Returns in how long to come back; `None` if the server does not say.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns what the server's log knows the error by; empty if there is none.
    pub fn error_id(&self) -> &str {
        self.0.metadata.get("error_id").map_or("", String::as_str)
    }

    /// Returns what the server's log knows the call by; empty if unknown.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// Makes the error for a status that a call of `method` ended with.
    pub(crate) fn of(status: Status, method: &str) -> Self {
        let code = code_of(&status);
        let info = status
            .get_details_error_info()
            .filter(|info| info.domain == DOMAIN);
        let (reason, metadata) = info.map_or_else(Default::default, |i| (i.reason, i.metadata));
        let bad_request = status.get_details_bad_request();
        let violations = bad_request.map_or_else(Vec::new, |bad| bad.field_violations);
        let call = status.get_details_request_info();
        let request_id = call.map_or_else(|| trailer(&status, "x-request-id"), |c| c.request_id);
        let message = if code == Code::Unimplemented && reason.is_empty() {
            let said = status.message();
            format!("the server does not know the method {method}; upgrade the server ({said})")
        } else {
            status.message().to_owned()
        };
        Self(Box::new(Failure {
            code,
            reason,
            message,
            metadata,
            field_violations: violations
                .into_iter()
                .map(|violation| FieldViolation {
                    field: violation.field,
                    description: violation.description,
                })
                .collect(),
            retry_after: status
                .get_details_retry_info()
                .and_then(|retry| retry.retry_delay),
            request_id,
            status: Some(status),
        }))
    }

    /// Makes an error of the client's own.
    pub(crate) fn local(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Failure {
            code,
            reason: String::new(),
            message: message.into(),
            metadata: HashMap::new(),
            field_violations: Vec::new(),
            retry_after: None,
            request_id: String::new(),
            status: None,
        }))
    }

    pub(crate) fn deadline_exceeded() -> Self {
        Self::local(Code::DeadlineExceeded, "the call's time was over")
    }
}

/// Returns the code that a gRPC client gives to `status`; tonic has names of its own for some ends.
pub(crate) fn code_of(status: &Status) -> Code {
    let came_from_transport = std::error::Error::source(status).is_some();
    match status.code() {
        Code::OutOfRange if status.message().starts_with(TOO_LARGE) => Code::ResourceExhausted,
        Code::Cancelled if status.message() == TIMEOUT_EXPIRED => Code::DeadlineExceeded,
        // The connection could not be made, or was lost on the way.
        Code::Unknown | Code::Internal if came_from_transport => Code::Unavailable,
        code => code,
    }
}

/// Returns a text in the metadata that ended a call; empty if there is none.
pub(crate) fn trailer(status: &Status, key: &str) -> String {
    let value = status.metadata().get(key).and_then(|v| v.to_str().ok());
    value.unwrap_or_default().to_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0.code)?;
        if !self.0.reason.is_empty() {
            write!(formatter, " {}", self.0.reason)?;
        }
        write!(formatter, ": {}", self.0.message)?;
        if !self.error_id().is_empty() {
            write!(formatter, " (error_id {})", self.error_id())?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let status = self.0.status.as_ref();
        status.map(|status| status as &(dyn std::error::Error + 'static))
    }
}

/// An upload failed: by the caller's own source of requests, or as a call.
#[derive(Debug)]
pub enum UploadError<E> {
    /// What the caller's stream of requests gave instead of a request.
    Source(E),
    /// The call failed.
    Call(Error),
}

impl UploadError<Infallible> {
    /// Returns the call's error, where the source cannot fail.
    pub(crate) fn of_call(self) -> Error {
        match self {
            Self::Call(error) => error,
            Self::Source(never) => match never {},
        }
    }
}

impl<E: fmt::Display> fmt::Display for UploadError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => error.fmt(formatter),
            Self::Call(error) => error.fmt(formatter),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for UploadError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) => Some(error),
            Self::Call(error) => Some(error),
        }
    }
}
