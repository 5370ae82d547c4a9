//! Laws of jobs: a watch ends when the job has, or when it is dropped; dead jobs are a list; writes happen once.

mod scripted;

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use memsvc_client::{
    ConsolidateRequest, ErrorReason, Job, JobState, ListDeadJobsRequest, ListDeadJobsResponse,
    MemoryClient, RequeueJobRequest, WatchJobRequest, WatchJobResponse,
    tonic::{Code, Status},
};
use prost::{Message, bytes::Bytes};
use scripted::{Answer, ScriptedServer, unavailable};
use tonic_types::{ErrorDetails, StatusExt};

fn client_of(server: &ScriptedServer) -> MemoryClient {
    MemoryClient::new_lazy(&server.address.to_string()).expect("a client")
}

fn bytes_of(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

fn job(id: &str, state: JobState) -> Job {
    Job {
        job_id: id.into(),
        state: state.into(),
        ..Default::default()
    }
}

fn watched(state: JobState) -> Bytes {
    let job = Some(job("j1", state));
    bytes_of(&WatchJobResponse { job })
}

fn watch() -> WatchJobRequest {
    WatchJobRequest {
        job_id: "j1".into(),
    }
}

/// A watch gives the states of the job in order and ends with the stream; it can be made in any task.
#[tokio::test]
async fn a_watch_gives_the_states() {
    let server = ScriptedServer::start().await;
    let states = [JobState::Running, JobState::Succeeded];
    server.answer(Answer::Messages(states.map(watched).to_vec()));

    let client = client_of(&server);
    let task = tokio::spawn(async move { client.watch_job(watch()).await?.try_collect().await });
    let seen: Result<Vec<WatchJobResponse>, memsvc_client::Error> = task.await.expect("no panic");

    let seen: Vec<JobState> = seen
        .expect("a whole watch")
        .iter()
        .map(|each| each.job.as_ref().expect("a job").state())
        .collect();
    assert_eq!(seen, states);
    let sent = WatchJobRequest::decode(server.received()[0].requests[0].clone());
    assert_eq!(sent.expect("a request"), watch());
}

/// Dropping a watch cancels it at the server.
#[tokio::test]
async fn a_dropped_watch_is_cancelled() {
    let server = ScriptedServer::start().await;
    server.answer(Answer::Hang(vec![watched(JobState::Queued)]));

    let mut stream = client_of(&server)
        .watch_job(watch())
        .await
        .expect("a stream");
    stream.next().await.expect("a state").expect("no error");
    drop(stream);

    server.caller_is_gone().await;
}

/// A watch has 300 seconds, or what the client was told; when they are over it ends DEADLINE_EXCEEDED.
#[tokio::test]
async fn a_watch_has_a_deadline() {
    let server = ScriptedServer::start().await;
    server
        .answer(Answer::Messages(vec![]))
        .answer(Answer::Hang(vec![]));

    let client = client_of(&server);
    drop(client.watch_job(watch()).await.expect("a stream"));
    let timeout = server.received()[0].metadata.get("grpc-timeout").cloned();
    let timeout = timeout.expect("a deadline");
    let (number, unit) = timeout.to_str().expect("text").split_at(timeout.len() - 1);
    let seconds = number.parse::<f64>().expect("a number") * if unit == "m" { 1e-3 } else { 1e-6 };
    assert!(seconds <= 300.0 && seconds > 295.0, "{seconds}");

    let hasty = client.with_timeout(Duration::from_millis(100));
    let events: Vec<_> = match hasty.watch_job(watch()).await {
        Ok(stream) => stream.collect().await,
        Err(error) => vec![Err(error)],
    };
    let error = events[0].as_ref().expect_err("no state");
    assert_eq!(error.code(), Code::DeadlineExceeded);
    server.caller_is_gone().await;
}

/// A watch is not repeated; the error of one that is refused is typed.
#[tokio::test]
async fn a_watch_that_fails_is_the_callers() {
    let server = ScriptedServer::start().await;
    let details = ErrorDetails::with_error_info("JOB_NOT_FOUND", "memsvc.dev", []);
    let refused = Status::with_error_details(Code::NotFound, "none", details);
    server.answer(unavailable()).answer(Answer::End(refused));

    let client = client_of(&server);
    let away = client.watch_job(watch()).await.expect_err("away");
    assert_eq!(
        (away.code(), server.received().len()),
        (Code::Unavailable, 1)
    );

    let unknown = client.watch_job(watch()).await.expect_err("unknown");
    assert_eq!(unknown.reason(), Some(ErrorReason::JobNotFound));
}

/// The list of dead jobs gives the jobs of all pages in order.
#[tokio::test]
async fn dead_jobs_are_a_list() {
    let server = ScriptedServer::start().await;
    for (ids, next_page_token) in [(vec!["j3", "j2"], "1"), (vec!["j1"], "")] {
        let page = ListDeadJobsResponse {
            jobs: ids.iter().map(|id| job(id, JobState::Dead)).collect(),
            next_page_token: next_page_token.into(),
        };
        server.answer(Answer::Messages(vec![bytes_of(&page)]));
    }

    let pager = client_of(&server).list_dead_jobs(ListDeadJobsRequest::default());
    let jobs: Vec<Job> = pager.items().try_collect().await.expect("two pages");

    let ids: Vec<&str> = jobs.iter().map(|job| job.job_id.as_str()).collect();
    assert_eq!(ids, ["j3", "j2", "j1"]);
}

/// Consolidating and queueing again carry a request_id, the same in all attempts.
#[tokio::test]
async fn writes_of_jobs_happen_once() {
    let server = ScriptedServer::start().await;
    server.answer(unavailable());

    let client = client_of(&server);
    let request = ConsolidateRequest {
        user_id: "ana".into(),
        ..Default::default()
    };
    client.consolidate(request).await.expect("the second try");
    let request = RequeueJobRequest {
        job_id: "j1".into(),
        ..Default::default()
    };
    client.requeue_job(request).await.expect("an answer");

    let received = server.received();
    let methods: Vec<&str> = received.iter().map(|each| each.method.as_str()).collect();
    assert_eq!(methods, ["Consolidate", "Consolidate", "RequeueJob"]);
    assert_eq!(received[0].requests, received[1].requests);
    let sent = ConsolidateRequest::decode(received[0].requests[0].clone()).expect("a request");
    assert_eq!(sent.request_id.len(), 36);
    let sent = RequeueJobRequest::decode(received[2].requests[0].clone()).expect("a request");
    assert_eq!(sent.request_id.len(), 36);
}
