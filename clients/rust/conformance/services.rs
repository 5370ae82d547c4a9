//! Calls of the services that the client has no methods for.

use memsvc_client::{self as memsvc, MemoryClient};

use super::{Answer, Anything, Command, Driver};

/// Whether a method is one of those services'.
pub fn has(method: &str) -> bool {
    method.contains("Persona")
        || method.contains("Preferences")
        || matches!(method, "GetProfile" | "GetCacheStats" | "ClearCache")
}

impl Driver {
    /// Makes the call of a command, whose method is one of those.
    pub async fn of_service(
        &self,
        client: &MemoryClient,
        command: &Command,
    ) -> Result<Answer, Anything> {
        match command.method.as_str() {
            "CreatePersona" | "GetPersona" | "ListPersonas" | "UpdatePersona" | "DeletePersona" => {
                let personas = client.services().personas();
                Ok(unary!(
                    self, personas, command,
                    "CreatePersona": create_persona(CreatePersonaRequest) -> "CreatePersonaResponse",
                    "GetPersona": get_persona(GetPersonaRequest) -> "GetPersonaResponse",
                    "ListPersonas": list_personas(ListPersonasRequest) -> "ListPersonasResponse",
                    "UpdatePersona": update_persona(UpdatePersonaRequest) -> "UpdatePersonaResponse",
                    "DeletePersona": delete_persona(DeletePersonaRequest) -> "DeletePersonaResponse"
                ))
            }
            "GetPreferences" | "UpdatePreferences" | "GetProfile" => {
                let profiles = client.services().profiles();
                Ok(unary!(
                    self, profiles, command,
                    "GetPreferences": get_preferences(GetPreferencesRequest) -> "GetPreferencesResponse",
                    "UpdatePreferences": update_preferences(UpdatePreferencesRequest)
                        -> "UpdatePreferencesResponse",
                    "GetProfile": get_profile(GetProfileRequest) -> "GetProfileResponse"
                ))
            }
            "GetCacheStats" | "ClearCache" => {
                let admin = client.services().admin();
                Ok(unary!(
                    self, admin, command,
                    "GetCacheStats": get_cache_stats(GetCacheStatsRequest) -> "GetCacheStatsResponse",
                    "ClearCache": clear_cache(ClearCacheRequest) -> "ClearCacheResponse"
                ))
            }
            other => Err(format!("no such method: {other}").into()),
        }
    }
}
