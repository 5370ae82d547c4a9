//! Laws of the other services: their calls are the client's, in terms, retries and errors.

mod scripted;

use std::{collections::HashMap, time::Duration};

use memsvc_client::{
    ApproveMemoriesRequest, CreateApiKeyRequest, ErrorReason, ListApiKeysRequest,
    ListAuditEntriesRequest, MemoryClient,
    tonic::{Code, Status},
};
use prost::Message;
use prost_reflect::{DescriptorPool, ServiceDescriptor};
use scripted::{Answer, ScriptedServer, unavailable};
use tonic_types::{ErrorDetails, StatusExt};

/// Every RPC of the contract is a method of the client, or of one of its services.
#[test]
fn every_rpc_has_a_method() {
    let sources = ["client", "facts", "users", "services"];
    let text: String = sources
        .map(|name| std::fs::read_to_string(format!("src/{name}.rs")).expect("a source"))
        .concat();
    let descriptors = include_bytes!("../proto/memsvc.binpb").as_slice();
    let contract = DescriptorPool::decode(descriptors).expect("the contract");
    let services: Vec<_> = contract.services().collect();
    assert_eq!(services.len(), 13);
    for method in services.iter().flat_map(ServiceDescriptor::methods) {
        assert!(
            text.contains(&format!("\"{}\"", method.name())),
            "{}",
            method.name()
        );
    }
}

/// Calls of a service have the client's credential, headers and deadline.
#[tokio::test]
async fn the_terms_are_the_clients() {
    let server = ScriptedServer::start().await;
    let builder = MemoryClient::builder(&server.address.to_string()).api_key("k");
    let client = builder.build().expect("a client");
    let hasty = client
        .with_timeout(Duration::from_secs(2))
        .with_header("x-place", "view")
        .expect("a header");

    let keys = hasty.services().api_keys();
    keys.list_api_keys(ListApiKeysRequest::default())
        .await
        .expect("a page");

    let received = server.received();
    let header = |key: &str| {
        received[0]
            .metadata
            .get(key)
            .expect(key)
            .to_str()
            .expect("text")
    };
    assert_eq!(received[0].method, "ListApiKeys");
    assert_eq!(header("authorization"), "Bearer k");
    assert_eq!(header("x-place"), "view");
    let (number, unit) = header("grpc-timeout").split_at(header("grpc-timeout").len() - 1);
    let seconds = number.parse::<f64>().expect("a number") * if unit == "m" { 1e-3 } else { 1e-6 };
    assert!(seconds > 0.5 && seconds <= 2.0, "{seconds}");
}

/// What may be repeated is, with one request_id; what gives out a secret is tried once.
#[tokio::test]
async fn what_is_repeated() {
    let server = ScriptedServer::start().await;
    server.answer(unavailable());
    let client = MemoryClient::new_lazy(&server.address.to_string()).expect("a client");

    let request = ApproveMemoriesRequest {
        memory_ids: vec!["m1".into()],
        ..Default::default()
    };
    let trust = client.services().trust();
    trust
        .approve_memories(request)
        .await
        .expect("the second try");
    server.answer(unavailable());
    let keys = client.services().api_keys();
    let away = keys.create_api_key(CreateApiKeyRequest::default()).await;

    assert_eq!(away.expect_err("away").code(), Code::Unavailable);
    let received = server.received();
    let methods: Vec<&str> = received.iter().map(|each| each.method.as_str()).collect();
    assert_eq!(
        methods,
        ["ApproveMemories", "ApproveMemories", "CreateApiKey"]
    );
    assert_eq!(received[0].requests, received[1].requests);
    let sent = ApproveMemoriesRequest::decode(received[0].requests[0].clone()).expect("a request");
    assert_eq!(sent.request_id.len(), 36);
}

/// Errors of a service are the client's, with facts and delay.
#[tokio::test]
async fn the_errors_are_the_clients() {
    let server = ScriptedServer::start().await;
    let facts = HashMap::from([("scope".to_owned(), "key.admin".to_owned())]);
    let denied = ErrorDetails::with_error_info("SCOPE_MISSING", "memsvc.dev", facts);
    let mut limited = ErrorDetails::with_error_info("RATE_LIMITED", "memsvc.dev", []);
    limited.set_retry_info(Some(Duration::from_secs(2)));
    for (code, details) in [
        (Code::PermissionDenied, denied),
        (Code::ResourceExhausted, limited),
    ] {
        server.answer(Answer::End(Status::with_error_details(code, "no", details)));
    }
    let services = MemoryClient::new_lazy(&server.address.to_string())
        .expect("a client")
        .services();

    let keys = services.api_keys();
    let denied = keys.create_api_key(CreateApiKeyRequest::default()).await;
    let audit = services.admin();
    let limited = audit
        .list_audit_entries(ListAuditEntriesRequest::default())
        .await;

    let denied = denied.expect_err("denied");
    assert_eq!(denied.code(), Code::PermissionDenied);
    assert_eq!(denied.reason(), Some(ErrorReason::ScopeMissing));
    assert_eq!(denied.metadata()["scope"], "key.admin");
    let limited = limited.expect_err("limited");
    assert_eq!(limited.code(), Code::ResourceExhausted);
    assert_eq!(limited.retry_after(), Some(Duration::from_secs(2)));
}
