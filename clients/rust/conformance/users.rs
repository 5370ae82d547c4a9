//! Exports and imports, which are lines and not messages.

use futures_util::{StreamExt, TryStreamExt, stream};
use memsvc_client as memsvc;
use serde_json::{Value, json};

use super::{Answer, Anything, Command, Driver, broken_off};

impl Driver {
    /// Imports the command's lines.
    pub async fn import(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        let into = match command.request {
            Value::Null => memsvc::ImportUserRequest::default(),
            _ => self.read_of(command)?,
        };
        let lines: Vec<String> = serde_json::from_value(Value::Array(command.requests.clone()))?;
        Ok(
            match client.import_user(&into.user_id, stream::iter(lines)).await {
                Ok(response) => self.mapping.write("ImportUserResponse", &response)?.into(),
                Err(error) => error.into(),
            },
        )
    }

    /// Returns the lines of an export.
    pub async fn export(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        let mut events = Vec::new();
        let mut lines = match client.export_user(self.read_of(command)?).await {
            Ok(lines) => lines.take(command.cancel_after.unwrap_or(usize::MAX)),
            Err(error) => return Ok(broken_off(&events, &error)),
        };
        loop {
            match lines.try_next().await {
                Ok(Some(line)) => events.push(line.into()),
                Ok(None) => return Ok(json!({"events": events}).into()),
                Err(error) => return Ok(broken_off(&events, &error)),
            }
        }
    }
}
