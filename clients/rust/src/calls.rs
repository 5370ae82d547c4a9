//! What all calls have in common: headers, a deadline, retries and typed errors.

use std::{future::Future, time::Duration};

use futures_util::stream::{BoxStream, Stream, StreamExt};
use tokio::time::{Instant, timeout_at};
use tonic::{Request, Response, Status, Streaming, metadata::MetadataMap};

use crate::{
    builder::STREAM_TIMEOUT,
    contract,
    error::{Error, UploadError},
    retry::Retries,
    streams::{ServerStream, watched},
};

const ATTEMPTS_BEFORE: &str = "grpc-previous-rpc-attempts";

/// What a client gives to each of its calls.
#[derive(Clone, Debug)]
pub(crate) struct Calls {
    pub(crate) headers: MetadataMap,
    timeout: Duration,
    /// Set for one call or some: then it holds for streams too.
    own_timeout: Option<Duration>,
    retries: Retries,
}

impl Calls {
    pub(crate) fn new(headers: MetadataMap, timeout: Duration, retries: Retries) -> Self {
        Self {
            headers,
            timeout,
            own_timeout: None,
            retries,
        }
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.own_timeout = Some(timeout);
    }

    /// Returns how long a unary call may take.
    pub(crate) fn unary_timeout(&self) -> Duration {
        self.own_timeout.unwrap_or(self.timeout)
    }

    /// Returns how long a stream may take.
    pub(crate) fn stream_timeout(&self) -> Duration {
        self.own_timeout.unwrap_or(STREAM_TIMEOUT)
    }

    /// Returns `message` with headers and the time until `deadline`.
    pub(crate) fn request<T>(&self, message: T, deadline: Instant) -> Request<T> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.headers.clone();
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
        request
    }

    /// Makes a unary call by `attempt`, again and again where the policy of `method` says so.
    pub(crate) async fn unary<Q, R, F>(
        &self,
        (service, method): (&'static str, &'static str),
        message: Q,
        attempt: impl Fn(Request<Q>) -> F,
    ) -> Result<R, Error>
    where
        Q: Clone,
        F: Future<Output = Result<Response<R>, Status>>,
    {
        let deadline = Instant::now() + self.unary_timeout();
        let mut attempts = 0;
        loop {
            let mut request = self.request(message.clone(), deadline);
            if attempts > 0 {
                request
                    .metadata_mut()
                    .insert(ATTEMPTS_BEFORE, attempts.into());
            }
            let Ok(ended) = timeout_at(deadline, attempt(request)).await else {
                return Err(Error::deadline_exceeded());
            };
            let status = match ended {
                Ok(response) => {
                    self.retries.succeeded();
                    return Ok(response.into_inner());
                }
                Err(status) => status,
            };
            attempts += 1;
            let pause = self.retries.pause(service, method, attempts, &status);
            match pause.map(|pause| Instant::now() + pause) {
                Some(next) if next < deadline => tokio::time::sleep_until(next).await,
                _ => return Err(Error::of(status, method)),
            }
        }
    }

    /// Makes a call by `start` that is answered by a stream.
    pub(crate) async fn server_stream<Q, T>(
        &self,
        method: &'static str,
        message: Q,
        start: impl AsyncFnOnce(Request<Q>) -> Result<Response<Streaming<T>>, Status>,
    ) -> Result<ServerStream<T>, Error> {
        let deadline = Instant::now() + self.stream_timeout();
        let started = timeout_at(deadline, start(self.request(message, deadline))).await;
        let response = started
            .map_err(|_| Error::deadline_exceeded())?
            .map_err(|status| Error::of(status, method))?;
        Ok(ServerStream::new(response.into_inner(), method, deadline))
    }

    /// Makes a call by `start` that takes a stream, whose source may fail: the call is then cancelled.
    pub(crate) async fn upload<S, Q, E, R, F>(
        &self,
        method: &'static str,
        requests: S,
        start: impl FnOnce(Request<BoxStream<'static, Q>>) -> F,
    ) -> Result<R, UploadError<E>>
    where
        S: Stream<Item = Result<Q, E>> + Send + 'static,
        Q: Send + 'static,
        E: Send + 'static,
        F: Future<Output = Result<Response<R>, Status>>,
    {
        let deadline = Instant::now() + self.stream_timeout();
        let (requests, failed) = watched(requests);
        let call = start(self.request(requests.boxed(), deadline));
        tokio::select! {
            biased;
            Ok(error) = failed => Err(UploadError::Source(error)),
            ended = timeout_at(deadline, call) => match ended {
                Err(_) => Err(UploadError::Call(Error::deadline_exceeded())),
                Ok(Err(status)) => Err(UploadError::Call(Error::of(status, method))),
                Ok(Ok(response)) => Ok(response.into_inner()),
            },
        }
    }
}

/// A request that the server answers once, however often it comes.
pub(crate) trait Repeatable {
    fn request_id(&mut self) -> &mut String;
}

/// Gives a request that has no `request_id` a random one.
pub(crate) fn identified<T: Repeatable>(mut request: T) -> T {
    if request.request_id().is_empty() {
        *request.request_id() = uuid::Uuid::new_v4().to_string();
    }
    request
}

macro_rules! repeatable {
    ($($request:ident),*) => {
        $(impl Repeatable for contract::$request {
            fn request_id(&mut self) -> &mut String {
                &mut self.request_id
            }
        })*
    };
}

repeatable!(
    AddProjectMemberRequest,
    ApproveMemoriesRequest,
    BatchDeleteConversationsRequest,
    BatchDeleteMemoriesRequest,
    BatchDeleteMessagesRequest,
    BatchUpdateMessagesRequest,
    ChatRequest,
    ConsolidateRequest,
    CreateConversationRequest,
    CreateMemoryRequest,
    CreatePersonaRequest,
    CreateProjectRequest,
    DeleteConversationRequest,
    DeleteMemoryRequest,
    DeleteMessageRequest,
    DeletePersonaRequest,
    DeleteProjectRequest,
    IngestRequest,
    RejectMemoriesRequest,
    RemoveProjectMemberRequest,
    RequeueJobRequest,
    TruncateConversationRequest,
    UpdateConversationRequest,
    UpdateMemoryRequest,
    UpdateMessageRequest,
    UpdatePersonaRequest,
    UpdatePreferencesRequest,
    UpdateProjectMemberRequest,
    UpdateProjectRequest
);
