//! Laws of calls: deadlines, retries, request ids, headers, errors, lists and streams.

mod scripted;

use std::{collections::HashMap, time::Duration};

use futures_util::{StreamExt, TryStreamExt, stream};
use memsvc_client::{
    ChatRequest, Error, ErrorReason, GetMemoryRequest, IngestRequest, IngestStreamRequest,
    ListMemoriesRequest, ListMemoriesResponse, Memory, MemoryClient, Message as Said,
    RecallRequest, RecallResponse, UploadError,
    tonic::{Code, Status},
};
use prost::{Message, bytes::Bytes};
use scripted::{Answer, ScriptedServer, unavailable};
use tonic_types::{ErrorDetails, StatusExt};

fn client_of(server: &ScriptedServer) -> MemoryClient {
    MemoryClient::new_lazy(&server.address.to_string()).expect("a client")
}

fn said() -> IngestRequest {
    let message = Said {
        content: "I like tea.".into(),
        ..Default::default()
    };
    IngestRequest {
        user_id: "ana".into(),
        messages: vec![message],
        ..Default::default()
    }
}

fn bytes_of(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

/// Returns the seconds that a call had when it came in.
fn seconds(timeout: &str) -> f64 {
    let (number, unit) = timeout.split_at(timeout.len() - 1);
    let factor = match unit {
        "S" => 1.0,
        "m" => 1e-3,
        "u" => 1e-6,
        "n" => 1e-9,
        _ => panic!("no such unit: {unit}"),
    };
    number.parse::<f64>().expect("a number") * factor
}

/// A write that meets UNAVAILABLE is repeated with the same bytes, a random request_id among them, and says so.
#[tokio::test]
async fn a_write_is_repeated_as_it_was() {
    let server = ScriptedServer::start().await;
    server.answer(unavailable()).answer(unavailable());

    client_of(&server)
        .ingest(said())
        .await
        .expect("the third attempt is answered");

    let received = server.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|each| each.method == "Ingest"));
    assert!(
        received
            .iter()
            .all(|each| each.requests == received[0].requests)
    );
    let sent = IngestRequest::decode(received[0].requests[0].clone()).expect("a request");
    assert_eq!(sent.request_id.len(), 36);
    let before = |place: usize| received[place].metadata.get("grpc-previous-rpc-attempts");
    assert!(before(0).is_none());
    assert_eq!(before(2).expect("a count"), "2");
}

/// A request_id of the caller's own is kept.
#[tokio::test]
async fn a_request_id_is_kept() {
    let server = ScriptedServer::start().await;
    let request = IngestRequest {
        request_id: "mine".into(),
        ..said()
    };

    client_of(&server).ingest(request).await.expect("an answer");

    let sent = IngestRequest::decode(server.received()[0].requests[0].clone()).expect("a request");
    assert_eq!(sent.request_id, "mine");
}

/// Four attempts are the most; where retries are off, one is.
#[tokio::test]
async fn attempts_end() {
    for (enabled, attempts) in [(true, 4), (false, 1)] {
        let server = ScriptedServer::start().await;
        for _ in 0..9 {
            server.answer(unavailable());
        }
        let builder = MemoryClient::builder(&server.address.to_string()).retries(enabled);
        let error = builder
            .build()
            .expect("a client")
            .ingest(said())
            .await
            .expect_err("away");

        assert_eq!(error.code(), Code::Unavailable);
        assert_eq!(server.received().len(), attempts);
    }
}

/// Every call tells the server its time: ten seconds, or what the client or the call says.
#[tokio::test]
async fn calls_have_deadlines() {
    let server = ScriptedServer::start().await;
    let target = server.address.to_string();
    let five = MemoryClient::builder(&target)
        .timeout(Duration::from_secs(5))
        .build();
    let five = five.expect("a client");
    let clients = [
        client_of(&server),
        five.clone(),
        five.with_timeout(Duration::from_secs(2)),
    ];

    for (client, most) in clients.iter().zip([10.0, 5.0, 2.0]) {
        client
            .recall(RecallRequest::default())
            .await
            .expect("an answer");
        let received = server.received();
        let timeout = received[0]
            .metadata
            .get("grpc-timeout")
            .expect("a deadline");
        let seconds = seconds(timeout.to_str().expect("text"));
        assert!(
            seconds <= most && seconds > most - 1.0,
            "{seconds} of {most}"
        );
    }
}

/// When the time is over the call ends, and the server sees the caller go.
#[tokio::test]
async fn a_deadline_ends_the_call() {
    let server = ScriptedServer::start().await;
    server.answer(Answer::Hang(vec![]));

    let client = client_of(&server).with_timeout(Duration::from_millis(100));
    let error = client
        .recall(RecallRequest::default())
        .await
        .expect_err("no answer");

    assert_eq!(error.code(), Code::DeadlineExceeded);
    server.caller_is_gone().await;
}

/// The key is a bearer token; a header of the call goes before the client's.
#[tokio::test]
async fn headers_are_sent() {
    let server = ScriptedServer::start().await;
    let builder = MemoryClient::builder(&server.address.to_string());
    let builder = builder
        .api_key("secret")
        .header("x-team", "search")
        .header("x-place", "client");
    let client = builder
        .build()
        .expect("a client")
        .with_header("X-Place", "call")
        .expect("a header");

    client
        .get_memory(GetMemoryRequest::default())
        .await
        .expect("an answer");

    let received = server.received();
    let value = |key: &str| received[0].metadata.get_all(key).iter().collect::<Vec<_>>();
    assert_eq!(value("authorization"), ["Bearer secret"]);
    assert_eq!(value("x-team"), ["search"]);
    assert_eq!(value("x-place"), ["call"]);
    assert!(!format!("{client:?}").contains("secret"));
}

async fn error_for(status: Status) -> Error {
    let server = ScriptedServer::start().await;
    server.answer(Answer::End(status));
    client_of(&server)
        .get_memory(GetMemoryRequest::default())
        .await
        .expect_err("the status")
}

fn refused(reason: &str, domain: &str) -> Status {
    let metadata = HashMap::from([("error_id".to_owned(), "e-1".to_owned())]);
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, domain, metadata);
    details.set_retry_info(Some(Duration::from_millis(1500)));
    details.set_request_info("r-1", "");
    details.add_bad_request_violation("user_id", "is required");
    Status::with_error_details(Code::NotFound, "told", details)
}

/// All that the server says of an error is there.
#[tokio::test]
async fn errors_are_typed() {
    let error = error_for(refused("MEMORY_NOT_FOUND", "memsvc.dev")).await;

    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(error.reason(), Some(ErrorReason::MemoryNotFound));
    assert_eq!(error.message(), "told");
    assert_eq!((error.error_id(), error.request_id()), ("e-1", "r-1"));
    assert_eq!(error.retry_after(), Some(Duration::from_millis(1500)));
    assert_eq!(error.field_violations()[0].field, "user_id");
    assert_eq!(
        error.to_string(),
        "NotFound MEMORY_NOT_FOUND: told (error_id e-1)"
    );
}

/// A reason newer than the client keeps its name; one of somebody else's is not taken for the server's;
/// what cannot be read counts as absent.
#[tokio::test]
async fn foreign_details_do_no_harm() {
    let newer = error_for(refused("SOMETHING_NEW", "memsvc.dev")).await;
    assert_eq!(
        (newer.reason(), newer.reason_name()),
        (None, "SOMETHING_NEW")
    );

    let foreign = error_for(refused("MEMORY_NOT_FOUND", "elsewhere.example")).await;
    assert_eq!(
        (foreign.reason(), foreign.reason_name(), foreign.error_id()),
        (None, "", "")
    );

    let garbage = Status::with_details(Code::NotFound, "told", Bytes::from_static(b"\xff\xff"));
    let garbled = error_for(garbage).await;
    assert_eq!((garbled.code(), garbled.reason()), (Code::NotFound, None));

    let older = error_for(Status::unimplemented("")).await;
    assert!(
        older
            .message()
            .starts_with("the server does not know the method GetMemory; upgrade")
    );
}

/// An answer above the limit is RESOURCE_EXHAUSTED, as in every client; where there is no server,
/// the call is UNAVAILABLE.
#[tokio::test]
async fn ends_have_the_codes_of_grpc() {
    let server = ScriptedServer::start().await;
    let large = RecallResponse {
        context_block: "x".repeat(2000),
        ..Default::default()
    };
    server.answer(Answer::Messages(vec![bytes_of(&large)]));
    let builder = MemoryClient::builder(&server.address.to_string()).max_message_bytes(1000);
    let client = builder.build().expect("a client");
    let error = client
        .recall(RecallRequest::default())
        .await
        .expect_err("too large");
    assert_eq!(error.code(), Code::ResourceExhausted);

    let nowhere = MemoryClient::new_lazy("127.0.0.1:1").expect("a client");
    let error = nowhere
        .recall(RecallRequest::default())
        .await
        .expect_err("nobody there");
    assert_eq!(error.code(), Code::Unavailable);
    let waited = nowhere
        .with_timeout(Duration::from_millis(150))
        .wait_until_ready()
        .await;
    assert_eq!(waited.expect_err("nobody there").code(), Code::Unavailable);
}

fn page(content: &str, next_page_token: &str) -> Answer {
    let memory = Memory {
        content: content.into(),
        ..Default::default()
    };
    let page = ListMemoriesResponse {
        memories: vec![memory],
        next_page_token: next_page_token.into(),
    };
    Answer::Messages(vec![bytes_of(&page)])
}

/// A list is fetched page by page, from the request's token on, and only as far as it is read.
#[tokio::test]
async fn lists_are_lazy() {
    let server = ScriptedServer::start().await;
    server
        .answer(page("one", "a"))
        .answer(page("two", "b"))
        .answer(page("three", ""));
    let request = ListMemoriesRequest {
        page_token: "start".into(),
        ..Default::default()
    };

    let mut items = client_of(&server).list_memories(request).items();
    assert!(server.received().is_empty());
    assert_eq!(items.try_next().await.unwrap().unwrap().content, "one");
    assert_eq!(server.received().len(), 1);
    let rest: Vec<Memory> = items.try_collect().await.expect("two pages");

    assert_eq!(
        rest.iter().map(|m| m.content.as_str()).collect::<Vec<_>>(),
        ["two", "three"]
    );
    let tokens: Vec<String> = server
        .received()
        .iter()
        .map(|each| {
            ListMemoriesRequest::decode(each.requests[0].clone())
                .unwrap()
                .page_token
        })
        .collect();
    assert_eq!(tokens, ["a", "b"]);
}

/// Leaving a chat cancels it at the server.
#[tokio::test]
async fn a_dropped_chat_is_cancelled() {
    let server = ScriptedServer::start().await;
    server.answer(Answer::Hang(vec![Bytes::new()]));

    let mut chat = client_of(&server)
        .chat(ChatRequest::default())
        .await
        .expect("a stream");
    chat.next().await.expect("an event").expect("no error");
    drop(chat);

    server.caller_is_gone().await;
}

/// A chat that is silent until its time is over ends DEADLINE_EXCEEDED, and then for good.
#[tokio::test]
async fn a_silent_chat_ends() {
    let server = ScriptedServer::start().await;
    server.answer(Answer::Hang(vec![Bytes::new()]));

    let client = client_of(&server).with_timeout(Duration::from_millis(200));
    let events: Vec<_> = client
        .chat(ChatRequest::default())
        .await
        .expect("a stream")
        .collect()
        .await;

    assert_eq!(events.len(), 2);
    assert_eq!(
        events[1].as_ref().expect_err("an end").code(),
        Code::DeadlineExceeded
    );
}

/// A source that fails gives its error to the caller, and the call is cancelled.
///
/// That it does not look complete is seen by the conformance suite: tonic's server takes the one for the
/// other.
#[tokio::test]
async fn a_failing_source_cancels_the_upload() {
    let server = ScriptedServer::start().await;
    let source = stream::iter([Ok(IngestStreamRequest::default()), Err("the file is torn")]);

    let error = client_of(&server)
        .try_ingest_stream(source)
        .await
        .expect_err("the source's");

    assert!(matches!(error, UploadError::Source("the file is torn")));
    server.caller_is_gone().await;
}
