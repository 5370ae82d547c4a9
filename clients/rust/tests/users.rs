//! Laws of users as a whole: exports are lines, imports are made of lines, and what is repeated.

mod scripted;

use futures_util::{StreamExt, TryStreamExt, stream};
use memsvc_client::{
    EraseUserRequest, Error, ExportUserRequest, ExportUserResponse, GetLimitsRequest,
    GetQuotaRequest, ImportUserRequest, MemoryClient, ReopenUserRequest, UploadError, tonic::Code,
};
use prost::{Message, bytes::Bytes};
use scripted::{Answer, ScriptedServer, unavailable};

fn client_of(server: &ScriptedServer) -> MemoryClient {
    MemoryClient::new_lazy(&server.address.to_string()).expect("a client")
}

fn piece(lines: &str) -> Bytes {
    let lines = lines.to_owned();
    ExportUserResponse { lines }.encode_to_vec().into()
}

fn export() -> ExportUserRequest {
    let user_id = "ana".to_owned();
    ExportUserRequest { user_id }
}

fn methods_of(server: &ScriptedServer) -> Vec<String> {
    let received = server.received();
    received.into_iter().map(|each| each.method).collect()
}

/// An export gives lines without their ends, whatever pieces they came in and whatever they hold.
#[tokio::test]
async fn an_export_is_lines() {
    let server = ScriptedServer::start().await;
    let pieces = ["{\"a\":1}\n{\"b\":\"\u{2028}\"}\n", "", "{\"c\":3}\n"];
    server.answer(Answer::Messages(pieces.map(piece).to_vec()));

    let lines = client_of(&server).export_user(export()).await;
    let lines: Vec<String> = lines.expect("a stream").try_collect().await.expect("lines");

    assert_eq!(lines, ["{\"a\":1}", "{\"b\":\"\u{2028}\"}", "{\"c\":3}"]);
}

/// Dropping an export cancels it at the server.
#[tokio::test]
async fn a_dropped_export_is_cancelled() {
    let server = ScriptedServer::start().await;
    server.answer(Answer::Hang(vec![piece("{}\n{}\n")]));

    let mut lines = client_of(&server)
        .export_user(export())
        .await
        .expect("a stream");
    lines.next().await.expect("a line").expect("no error");
    drop(lines);

    server.caller_is_gone().await;
}

/// Exports that nobody reads for the moment hold up no other call of the client.
#[tokio::test]
async fn unread_exports_hold_up_nobody() {
    let server = ScriptedServer::start().await;
    let client = client_of(&server);
    let line = format!("{}\n", "x".repeat(1 << 20));
    let mut unread = Vec::new();
    for _ in 0..8 {
        server.answer(Answer::Messages(vec![piece(&line); 8]));
        let mut lines = client.export_user(export()).await.expect("a stream");
        lines.next().await.expect("a line").expect("no error");
        unread.push(lines);
    }

    for _ in 0..20 {
        let limits = client.get_limits(GetLimitsRequest::default()).await;
        limits.expect("an answer");
    }
}

/// An import sends whole lines in pieces below the limit, for the user that is named.
#[tokio::test]
async fn an_import_is_made_of_lines() {
    let server = ScriptedServer::start().await;
    let long = "x".repeat(256 * 1024 - 2);
    let lines = ["{}", "{}\n", &long, &long].map(String::from);

    client_of(&server)
        .import_user("ben", stream::iter(lines))
        .await
        .expect("an answer");

    let received = server.received();
    let pieces: Vec<ImportUserRequest> = received[0]
        .requests
        .iter()
        .map(|bytes| ImportUserRequest::decode(bytes.clone()).expect("a piece"))
        .collect();
    let expected = [
        "{}\n{}\n".to_owned(),
        format!("{long}\n"),
        format!("{long}\n"),
    ];
    assert!(pieces.iter().map(|piece| &piece.lines).eq(expected.iter()));
    assert!(pieces.iter().all(|piece| piece.user_id == "ben"));
}

/// What the source of lines fails with is told as it is.
#[tokio::test]
async fn lines_may_fail() {
    let server = ScriptedServer::start().await;
    let lines = stream::iter([Ok("{}".to_owned()), Err("no more")]);

    let failed = client_of(&server).try_import_user("", lines).await;

    assert!(matches!(failed, Err(UploadError::Source("no more"))));
}

/// Erasing is repeated; reopening, exporting and importing are not.
#[tokio::test]
async fn what_is_repeated() {
    let server = ScriptedServer::start().await;
    for _ in 0..9 {
        server.answer(unavailable());
    }
    let client = client_of(&server);
    let user_id = "ana".to_owned();

    let erased = client.erase_user(EraseUserRequest { user_id }).await;
    let reopened = client.reopen_user(ReopenUserRequest::default()).await;
    let exported = client.export_user(export()).await;
    let imported = client
        .import_user("", stream::iter(["{}".to_owned()]))
        .await;

    let code = |error: Option<Error>| error.expect("away").code();
    assert_eq!(code(erased.err()), Code::Unavailable);
    assert_eq!(code(reopened.err()), Code::Unavailable);
    assert_eq!(code(exported.err()), Code::Unavailable);
    assert_eq!(code(imported.err()), Code::Unavailable);
    let mut expected = vec!["EraseUser"; 4];
    expected.extend(["ReopenUser", "ExportUser", "ImportUser"]);
    assert_eq!(methods_of(&server), expected);
}

/// Limits and quota are calls of their own.
#[tokio::test]
async fn limits_and_quota() {
    let server = ScriptedServer::start().await;
    let client = client_of(&server);

    client
        .get_limits(GetLimitsRequest {})
        .await
        .expect("limits");
    client.get_quota(GetQuotaRequest {}).await.expect("a quota");

    assert_eq!(methods_of(&server), ["GetLimits", "GetQuota"]);
}
