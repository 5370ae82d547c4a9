//! Calls that give one answer: the client's own, and those of the services that it has no methods for.

use memsvc_client as memsvc;

use super::{Answer, Anything, Command, Driver};

/// Writes the calls of a client or of a service, by the names of the RPCs.
macro_rules! calls {
    ($driver:ident, $owner:expr, $command:ident, $rpc:expr, $($name:literal $method:ident $request:ident,)*) => {
        match $rpc {
            $($name => {
                let request: memsvc::$request = $driver.mapping.read(concat!($name, "Request"), &$command.request)?;
                match $owner.$method(request).await {
                    Ok(response) => $driver.mapping.write(concat!($name, "Response"), &response)?.into(),
                    Err(error) => error.into(),
                }
            })*
            other => return Err(format!("no such method: {other}").into()),
        }
    };
}

impl Driver {
    /// Makes the call of a command; of a list, returns the first page.
    pub async fn unary(&self, command: &Command) -> Result<Answer, Anything> {
        let client = self.client(command)?;
        match command.method.as_str() {
            "Search" => {
                self.first_page(client.search(self.read_of(command)?), "SearchResponse")
                    .await
            }
            "ListMemories" => {
                let pager = client.list_memories(self.read_of(command)?);
                self.first_page(pager, "ListMemoriesResponse").await
            }
            "ListMemoryTimeline" => {
                let pager = client.list_memory_timeline(self.read_of(command)?);
                self.first_page(pager, "ListMemoryTimelineResponse").await
            }
            "ListDeadJobs" => {
                let pager = client.list_dead_jobs(self.read_of(command)?);
                self.first_page(pager, "ListDeadJobsResponse").await
            }
            path => match path.split_once('/') {
                Some((service, rpc)) => self.of_service(command, service, rpc).await,
                None => Ok(calls! {
                    self, client, command, path,
                    "Ingest" ingest IngestRequest,
                    "Recall" recall RecallRequest,
                    "Evaluate" evaluate EvaluateRequest,
                    "Conscious" conscious ConsciousRequest,
                    "CreateMemory" create_memory CreateMemoryRequest,
                    "GetMemory" get_memory GetMemoryRequest,
                    "GetMemorySource" get_memory_source GetMemorySourceRequest,
                    "UpdateMemory" update_memory UpdateMemoryRequest,
                    "DeleteMemory" delete_memory DeleteMemoryRequest,
                    "BatchDeleteMemories" batch_delete_memories BatchDeleteMemoriesRequest,
                    "FindSimilarMemories" find_similar_memories FindSimilarMemoriesRequest,
                    "ExtractFacts" extract_facts ExtractFactsRequest,
                    "Consolidate" consolidate ConsolidateRequest,
                    "GetJob" get_job GetJobRequest,
                    "RequeueJob" requeue_job RequeueJobRequest,
                    "GetServerInfo" get_server_info GetServerInfoRequest,
                    "GetLimits" get_limits GetLimitsRequest,
                    "GetQuota" get_quota GetQuotaRequest,
                    "EraseUser" erase_user EraseUserRequest,
                    "ReopenUser" reopen_user ReopenUserRequest,
                }),
            },
        }
    }

    /// Makes a call of one of the other services.
    async fn of_service(
        &self,
        command: &Command,
        service: &str,
        rpc: &str,
    ) -> Result<Answer, Anything> {
        let services = self.client(command)?.services();
        Ok(match service {
            "AdminService" => calls! {
                self, services.admin(), command, rpc,
                "GetCacheStats" get_cache_stats GetCacheStatsRequest,
                "ClearCache" clear_cache ClearCacheRequest,
            },
            "ConversationService" => calls! {
                self, services.conversations(), command, rpc,
                "CreateConversation" create_conversation CreateConversationRequest,
                "GetConversation" get_conversation GetConversationRequest,
                "ListConversations" list_conversations ListConversationsRequest,
                "UpdateConversation" update_conversation UpdateConversationRequest,
                "DeleteConversation" delete_conversation DeleteConversationRequest,
                "BatchArchiveConversations" batch_archive_conversations BatchArchiveConversationsRequest,
                "BatchDeleteConversations" batch_delete_conversations BatchDeleteConversationsRequest,
                "TruncateConversation" truncate_conversation TruncateConversationRequest,
                "GetConversationStats" get_conversation_stats GetConversationStatsRequest,
                "RenderConversation" render_conversation RenderConversationRequest,
                "ListMessages" list_messages ListMessagesRequest,
                "GetMessage" get_message GetMessageRequest,
                "GetMessageThread" get_message_thread GetMessageThreadRequest,
                "UpdateMessage" update_message UpdateMessageRequest,
                "DeleteMessage" delete_message DeleteMessageRequest,
                "BatchUpdateMessages" batch_update_messages BatchUpdateMessagesRequest,
                "BatchDeleteMessages" batch_delete_messages BatchDeleteMessagesRequest,
            },
            "PersonaService" => calls! {
                self, services.personas(), command, rpc,
                "CreatePersona" create_persona CreatePersonaRequest,
                "GetPersona" get_persona GetPersonaRequest,
                "ListPersonas" list_personas ListPersonasRequest,
                "UpdatePersona" update_persona UpdatePersonaRequest,
                "DeletePersona" delete_persona DeletePersonaRequest,
            },
            "ProfileService" => calls! {
                self, services.profiles(), command, rpc,
                "GetPreferences" get_preferences GetPreferencesRequest,
                "UpdatePreferences" update_preferences UpdatePreferencesRequest,
                "GetProfile" get_profile GetProfileRequest,
            },
            "ProjectService" => calls! {
                self, services.projects(), command, rpc,
                "CreateProject" create_project CreateProjectRequest,
                "GetProject" get_project GetProjectRequest,
                "ListProjects" list_projects ListProjectsRequest,
                "UpdateProject" update_project UpdateProjectRequest,
                "DeleteProject" delete_project DeleteProjectRequest,
                "AddProjectMember" add_project_member AddProjectMemberRequest,
                "UpdateProjectMember" update_project_member UpdateProjectMemberRequest,
                "RemoveProjectMember" remove_project_member RemoveProjectMemberRequest,
                "ListProjectMembers" list_project_members ListProjectMembersRequest,
            },
            "ProviderService" => calls! {
                self, services.providers(), command, rpc,
                "ListProviders" list_providers ListProvidersRequest,
                "ListModels" list_models ListModelsRequest,
            },
            other => return Err(format!("no such service: {other}").into()),
        })
    }
}
