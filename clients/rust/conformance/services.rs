//! Calls of the services that the client has no methods for.

use serde_json::Value;

use memsvc_client as memsvc;

use crate::{
    Answer,
    json::{Anything, Mapping},
};

/// Writes the calls of a service's methods, by their names.
macro_rules! service {
    ($mapping:ident, $stub:ident, $name:ident, $request:ident, $($rpc:literal: $method:ident($kind:ident) -> $response:literal),*) => {
        match $name {
            $($rpc => {
                let request: memsvc::$kind = $mapping.read(concat!($rpc, "Request"), $request)?;
                match $stub.$method(request).await {
                    Ok(response) => $mapping.write($response, &response)?.into(),
                    Err(error) => error.into(),
                }
            })*
            other => return Err(format!("no such method: {other}").into()),
        }
    };
}

/// Calls a method such as "ProjectService/GetProject".
pub async fn call(
    mapping: &Mapping,
    services: memsvc::Services,
    method: &str,
    request: &Value,
) -> Result<Answer, Anything> {
    let (service, name) = method.split_once('/').ok_or("no service is named")?;
    Ok(match service {
        "ConversationService" => {
            let stub = services.conversations();
            service!(
                mapping, stub, name, request,
                "CreateConversation": create_conversation(CreateConversationRequest)
                    -> "CreateConversationResponse",
                "GetConversation": get_conversation(GetConversationRequest) -> "GetConversationResponse",
                "ListConversations": list_conversations(ListConversationsRequest)
                    -> "ListConversationsResponse",
                "UpdateConversation": update_conversation(UpdateConversationRequest)
                    -> "UpdateConversationResponse",
                "DeleteConversation": delete_conversation(DeleteConversationRequest)
                    -> "DeleteConversationResponse",
                "BatchArchiveConversations": batch_archive_conversations(BatchArchiveConversationsRequest)
                    -> "BatchArchiveConversationsResponse",
                "BatchDeleteConversations": batch_delete_conversations(BatchDeleteConversationsRequest)
                    -> "BatchDeleteConversationsResponse",
                "TruncateConversation": truncate_conversation(TruncateConversationRequest)
                    -> "TruncateConversationResponse",
                "GetConversationStats": get_conversation_stats(GetConversationStatsRequest)
                    -> "GetConversationStatsResponse",
                "RenderConversation": render_conversation(RenderConversationRequest)
                    -> "RenderConversationResponse",
                "ListMessages": list_messages(ListMessagesRequest) -> "ListMessagesResponse",
                "GetMessage": get_message(GetMessageRequest) -> "GetMessageResponse",
                "GetMessageThread": get_message_thread(GetMessageThreadRequest)
                    -> "GetMessageThreadResponse",
                "UpdateMessage": update_message(UpdateMessageRequest) -> "UpdateMessageResponse",
                "DeleteMessage": delete_message(DeleteMessageRequest) -> "DeleteMessageResponse",
                "BatchUpdateMessages": batch_update_messages(BatchUpdateMessagesRequest)
                    -> "BatchUpdateMessagesResponse",
                "BatchDeleteMessages": batch_delete_messages(BatchDeleteMessagesRequest)
                    -> "BatchDeleteMessagesResponse"
            )
        }
        "ProjectService" => {
            let stub = services.projects();
            service!(
                mapping, stub, name, request,
                "CreateProject": create_project(CreateProjectRequest) -> "CreateProjectResponse",
                "GetProject": get_project(GetProjectRequest) -> "GetProjectResponse",
                "ListProjects": list_projects(ListProjectsRequest) -> "ListProjectsResponse",
                "UpdateProject": update_project(UpdateProjectRequest) -> "UpdateProjectResponse",
                "DeleteProject": delete_project(DeleteProjectRequest) -> "DeleteProjectResponse",
                "AddProjectMember": add_project_member(AddProjectMemberRequest)
                    -> "AddProjectMemberResponse",
                "UpdateProjectMember": update_project_member(UpdateProjectMemberRequest)
                    -> "UpdateProjectMemberResponse",
                "RemoveProjectMember": remove_project_member(RemoveProjectMemberRequest)
                    -> "RemoveProjectMemberResponse",
                "ListProjectMembers": list_project_members(ListProjectMembersRequest)
                    -> "ListProjectMembersResponse"
            )
        }
        other => return Err(format!("no such service: {other}").into()),
    })
}
