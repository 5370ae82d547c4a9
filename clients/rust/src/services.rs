//! The services that the client has no methods for.

use tonic::transport::Channel;

use crate::{
    calls::{Calls, identified},
    client::MemoryClient,
    contract::{
        admin_service_client::AdminServiceClient, api_key_service_client::ApiKeyServiceClient,
        auth_service_client::AuthServiceClient,
        conversation_service_client::ConversationServiceClient,
        persona_service_client::PersonaServiceClient, profile_service_client::ProfileServiceClient,
        project_service_client::ProjectServiceClient,
        provider_service_client::ProviderServiceClient,
        retention_service_client::RetentionServiceClient, trust_service_client::TrustServiceClient,
    },
    macros::services,
};

services! {
    /// The audit log, limits, quota, and what the server is.
    Admin(AdminServiceClient) of admin in "memsvc.v1.AdminService" {
        get_limits "GetLimits" GetLimitsRequest -> GetLimitsResponse;
        get_quota "GetQuota" GetQuotaRequest -> GetQuotaResponse;
        get_server_info "GetServerInfo" GetServerInfoRequest -> GetServerInfoResponse;
        list_audit_entries "ListAuditEntries" ListAuditEntriesRequest -> ListAuditEntriesResponse;
        verify_audit_log "VerifyAuditLog" VerifyAuditLogRequest -> VerifyAuditLogResponse;
        get_cache_stats "GetCacheStats" GetCacheStatsRequest -> GetCacheStatsResponse;
        clear_cache "ClearCache" ClearCacheRequest -> ClearCacheResponse;
    }
    /// Keys for applications.
    ApiKeys(ApiKeyServiceClient) of api_keys in "memsvc.v1.ApiKeyService" {
        create_api_key "CreateApiKey" CreateApiKeyRequest -> CreateApiKeyResponse;
        list_api_keys "ListApiKeys" ListApiKeysRequest -> ListApiKeysResponse;
        revoke_api_key "RevokeApiKey" RevokeApiKeyRequest -> RevokeApiKeyResponse;
        restore_api_key "RestoreApiKey" RestoreApiKeyRequest -> RestoreApiKeyResponse;
        rotate_api_key "RotateApiKey" RotateApiKeyRequest -> RotateApiKeyResponse;
        delete_api_key "DeleteApiKey" DeleteApiKeyRequest -> DeleteApiKeyResponse;
    }
    /// People who log in.
    Auth(AuthServiceClient) of auth in "memsvc.v1.AuthService" {
        register "Register" RegisterRequest -> RegisterResponse;
        login "Login" LoginRequest -> LoginResponse;
        refresh "Refresh" RefreshRequest -> RefreshResponse;
        create_invitation "CreateInvitation" CreateInvitationRequest -> CreateInvitationResponse;
        logout "Logout" LogoutRequest -> LogoutResponse;
        get_me "GetMe" GetMeRequest -> GetMeResponse;
        update_me "UpdateMe" UpdateMeRequest -> UpdateMeResponse;
        change_password "ChangePassword" ChangePasswordRequest -> ChangePasswordResponse;
    }
    /// Who answers in a chat.
    Personas(PersonaServiceClient) of personas in "memsvc.v1.PersonaService" {
        create_persona "CreatePersona" CreatePersonaRequest -> CreatePersonaResponse, identified;
        get_persona "GetPersona" GetPersonaRequest -> GetPersonaResponse;
        list_personas "ListPersonas" ListPersonasRequest -> ListPersonasResponse;
        update_persona "UpdatePersona" UpdatePersonaRequest -> UpdatePersonaResponse, identified;
        delete_persona "DeletePersona" DeletePersonaRequest -> DeletePersonaResponse, identified;
    }
    /// How users want to be answered, and who they are.
    Profiles(ProfileServiceClient) of profiles in "memsvc.v1.ProfileService" {
        get_preferences "GetPreferences" GetPreferencesRequest -> GetPreferencesResponse;
        update_preferences "UpdatePreferences" UpdatePreferencesRequest -> UpdatePreferencesResponse, identified;
        get_profile "GetProfile" GetProfileRequest -> GetProfileResponse;
    }
    /// Conversations and their messages.
    Conversations(ConversationServiceClient) of conversations in "memsvc.v1.ConversationService" {
        create_conversation "CreateConversation"
            CreateConversationRequest -> CreateConversationResponse, identified;
        get_conversation "GetConversation" GetConversationRequest -> GetConversationResponse;
        list_conversations "ListConversations" ListConversationsRequest -> ListConversationsResponse;
        update_conversation "UpdateConversation"
            UpdateConversationRequest -> UpdateConversationResponse, identified;
        delete_conversation "DeleteConversation"
            DeleteConversationRequest -> DeleteConversationResponse, identified;
        batch_archive_conversations "BatchArchiveConversations"
            BatchArchiveConversationsRequest -> BatchArchiveConversationsResponse;
        batch_delete_conversations "BatchDeleteConversations"
            BatchDeleteConversationsRequest -> BatchDeleteConversationsResponse, identified;
        truncate_conversation "TruncateConversation"
            TruncateConversationRequest -> TruncateConversationResponse, identified;
        get_conversation_stats "GetConversationStats"
            GetConversationStatsRequest -> GetConversationStatsResponse;
        render_conversation "RenderConversation" RenderConversationRequest -> RenderConversationResponse;
        list_messages "ListMessages" ListMessagesRequest -> ListMessagesResponse;
        get_message "GetMessage" GetMessageRequest -> GetMessageResponse;
        get_message_thread "GetMessageThread" GetMessageThreadRequest -> GetMessageThreadResponse;
        update_message "UpdateMessage" UpdateMessageRequest -> UpdateMessageResponse, identified;
        delete_message "DeleteMessage" DeleteMessageRequest -> DeleteMessageResponse, identified;
        batch_update_messages "BatchUpdateMessages"
            BatchUpdateMessagesRequest -> BatchUpdateMessagesResponse, identified;
        batch_delete_messages "BatchDeleteMessages"
            BatchDeleteMessagesRequest -> BatchDeleteMessagesResponse, identified;
    }
    /// What conversations belong to.
    Projects(ProjectServiceClient) of projects in "memsvc.v1.ProjectService" {
        create_project "CreateProject" CreateProjectRequest -> CreateProjectResponse, identified;
        get_project "GetProject" GetProjectRequest -> GetProjectResponse;
        list_projects "ListProjects" ListProjectsRequest -> ListProjectsResponse;
        update_project "UpdateProject" UpdateProjectRequest -> UpdateProjectResponse, identified;
        delete_project "DeleteProject" DeleteProjectRequest -> DeleteProjectResponse, identified;
        add_project_member "AddProjectMember" AddProjectMemberRequest -> AddProjectMemberResponse, identified;
        update_project_member "UpdateProjectMember"
            UpdateProjectMemberRequest -> UpdateProjectMemberResponse, identified;
        remove_project_member "RemoveProjectMember"
            RemoveProjectMemberRequest -> RemoveProjectMemberResponse, identified;
        list_project_members "ListProjectMembers" ListProjectMembersRequest -> ListProjectMembersResponse;
    }
    /// Whom a chat can ask.
    Providers(ProviderServiceClient) of providers in "memsvc.v1.ProviderService" {
        list_providers "ListProviders" ListProvidersRequest -> ListProvidersResponse;
        list_models "ListModels" ListModelsRequest -> ListModelsResponse;
    }
    /// What is kept for how long.
    Retention(RetentionServiceClient) of retention in "memsvc.v1.RetentionService" {
        get_retention_policy "GetRetentionPolicy" GetRetentionPolicyRequest -> GetRetentionPolicyResponse;
        set_retention_policy "SetRetentionPolicy" SetRetentionPolicyRequest -> SetRetentionPolicyResponse;
        create_retention_rule "CreateRetentionRule" CreateRetentionRuleRequest -> CreateRetentionRuleResponse;
        get_retention_rule "GetRetentionRule" GetRetentionRuleRequest -> GetRetentionRuleResponse;
        list_retention_rules "ListRetentionRules" ListRetentionRulesRequest -> ListRetentionRulesResponse;
        update_retention_rule "UpdateRetentionRule" UpdateRetentionRuleRequest -> UpdateRetentionRuleResponse;
        delete_retention_rule "DeleteRetentionRule" DeleteRetentionRuleRequest -> DeleteRetentionRuleResponse;
        run_retention "RunRetention" RunRetentionRequest -> RunRetentionResponse;
        set_hold "SetHold" SetHoldRequest -> SetHoldResponse;
        lift_hold "LiftHold" LiftHoldRequest -> LiftHoldResponse;
        list_holds "ListHolds" ListHoldsRequest -> ListHoldsResponse;
        list_archived_memories "ListArchivedMemories" ListArchivedMemoriesRequest -> ListArchivedMemoriesResponse;
        restore_memories "RestoreMemories" RestoreMemoriesRequest -> RestoreMemoriesResponse;
    }
    /// What the write guard has put aside.
    Trust(TrustServiceClient) of trust in "memsvc.v1.TrustService" {
        list_quarantined_memories "ListQuarantinedMemories"
            ListQuarantinedMemoriesRequest -> ListQuarantinedMemoriesResponse;
        approve_memories "ApproveMemories" ApproveMemoriesRequest -> ApproveMemoriesResponse, identified;
        reject_memories "RejectMemories" RejectMemoriesRequest -> RejectMemoriesResponse, identified;
    }
}

/// The services that the client has no methods for: `client.services().api_keys()`.
///
/// A call of theirs is one of the client's: with its credential, its headers and deadline, repeated as the
/// service config says, with a `request_id` where the contract knows one, and failing with an
/// [`Error`](crate::Error). A list gives a page; ask for the next one by its token.
#[derive(Clone, Debug)]
pub struct Services {
    channel: Channel,
    calls: Calls,
    max_message_bytes: usize,
}

impl MemoryClient {
    /// Gives the services that the client has no methods for.
    pub fn services(&self) -> Services {
        Services {
            channel: self.channel.clone(),
            calls: self.calls.clone(),
            max_message_bytes: self.max_message_bytes,
        }
    }
}
