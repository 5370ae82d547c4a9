//! The client.

use std::{convert::Infallible, time::Duration};

use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

use crate::{
    builder::{InvalidSetting, MemoryClientBuilder, insert},
    calls::{Calls, identified},
    contract::{
        self, admin_service_client::AdminServiceClient, job_service_client::JobServiceClient,
        memory_service_client::MemoryServiceClient, user_service_client::UserServiceClient,
    },
    error::{Error, UploadError},
    macros::{paged, unary},
    streams::ServerStream,
};

/// Between two attempts to connect while one waits for the server.
const CONNECT_PAUSE: Duration = Duration::from_millis(100);

/// A client of a memsvc server. Clones share its connection; one serves all tasks of a program.
///
/// Every method takes its request and gives its response, or an [`Error`]. A call that ended UNAVAILABLE is
/// repeated up to three times within its time; a write gets a random `request_id` if it has none, so that
/// it happens once. Dropping the future of a call cancels it.
#[derive(Clone, Debug)]
pub struct MemoryClient {
    pub(crate) memory: MemoryServiceClient<Channel>,
    pub(crate) job: JobServiceClient<Channel>,
    pub(crate) admin: AdminServiceClient<Channel>,
    pub(crate) user: UserServiceClient<Channel>,
    pub(crate) channel: Channel,
    pub(crate) max_message_bytes: usize,
    endpoint: Endpoint,
    pub(crate) calls: Calls,
}

impl MemoryClient {
    /// Begins to make a client of the server at `target`: host and port.
    pub fn builder(target: &str) -> MemoryClientBuilder {
        MemoryClientBuilder::new(target)
    }

    /// Makes a client of the server at `target` with all defaults: without a key and without TLS. It connects
    /// with its first call.
    ///
    /// # Errors
    ///
    /// The target is not a host and a port.
    pub fn new_lazy(target: &str) -> Result<Self, InvalidSetting> {
        Self::builder(target).build()
    }

    pub(crate) fn new(
        channel: Channel,
        endpoint: Endpoint,
        calls: Calls,
        max_message_bytes: usize,
    ) -> Self {
        let memory = MemoryServiceClient::new(channel.clone());
        let job = JobServiceClient::new(channel.clone());
        let admin = AdminServiceClient::new(channel.clone());
        let user = UserServiceClient::new(channel.clone());
        Self {
            memory: memory.max_decoding_message_size(max_message_bytes),
            job: job.max_decoding_message_size(max_message_bytes),
            admin: admin.max_decoding_message_size(max_message_bytes),
            user: user.max_decoding_message_size(max_message_bytes),
            channel,
            max_message_bytes,
            endpoint,
            calls,
        }
    }

    /// Returns the same client with another time for its calls, streams among them.
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        let mut other = self.clone();
        other.calls.set_timeout(timeout);
        other
    }

    /// Returns the same client with one more header, in the place of one with the same key: for a trace, an
    /// `x-request-id`, and the like.
    ///
    /// # Errors
    ///
    /// The key or the value cannot be a header's.
    pub fn with_header(&self, key: &str, value: &str) -> Result<Self, InvalidSetting> {
        let mut other = self.clone();
        insert(&mut other.calls.headers, key, value)?;
        Ok(other)
    }

    /// Waits until the server takes connections.
    ///
    /// # Errors
    ///
    /// UNAVAILABLE if that takes longer than the client's time for a call.
    pub async fn wait_until_ready(&self) -> Result<(), Error> {
        let timeout = self.calls.unary_timeout();
        let deadline = Instant::now() + timeout;
        let connected = async {
            while self.endpoint.connect().await.is_err() {
                tokio::time::sleep(CONNECT_PAUSE).await;
            }
        };
        timeout_at(deadline, connected).await.map_err(|_| {
            let seconds = timeout.as_secs_f64();
            let target = self.endpoint.uri();
            let message = format!("no connection to {target} within {seconds} s");
            Error::local(Code::Unavailable, message)
        })
    }

    unary! {
        /// Stores messages; they can be recalled and searched when the reply arrives. All of them are stored,
        /// or none. With `EXTRACTION_MODE_SYNC` a longer time is wise.
        memory.ingest, "Ingest", IngestRequest -> IngestResponse, identified
    }

    unary! {
        /// Returns the memories of a user that matter to a question, best first. `limit` is 5 by default and at
        /// most 100. `context_block` is the result as text to put before a language model.
        memory.recall, "Recall", RecallRequest -> RecallResponse
    }

    unary! {
        /// Returns how well Recall finds what is known to be right, and changes nothing. `limit` is 20 by default
        /// and at most 100; `arms` also measures each part of the score.
        memory.evaluate, "Evaluate", EvaluateRequest -> EvaluateResponse
    }

    unary! {
        /// Returns what to know when a conversation starts: pinned, essential and important memories.
        /// `max_memories` is 20 by default and at most 100.
        memory.conscious, "Conscious", ConsciousRequest -> ConsciousResponse
    }

    unary! {
        /// Writes a memory of kind NOTE.
        memory.create_memory, "CreateMemory", CreateMemoryRequest -> CreateMemoryResponse, identified
    }

    unary! {
        /// Returns one memory.
        memory.get_memory, "GetMemory", GetMemoryRequest -> GetMemoryResponse
    }

    unary! {
        /// Returns the messages that a memory rests on.
        memory.get_memory_source, "GetMemorySource", GetMemorySourceRequest -> GetMemorySourceResponse
    }

    unary! {
        /// Changes fields of a memory. New content of an EPISODE edits its message.
        memory.update_memory, "UpdateMemory", UpdateMemoryRequest -> UpdateMemoryResponse, identified
    }

    unary! {
        /// Deletes a memory for good. Deleting an EPISODE deletes its message and every memory that rests on it
        /// alone.
        memory.delete_memory, "DeleteMemory", DeleteMemoryRequest -> DeleteMemoryResponse, identified
    }

    unary! {
        /// Deletes all of the memories given, or none.
        memory.batch_delete_memories, "BatchDeleteMemories",
        BatchDeleteMemoriesRequest -> BatchDeleteMemoriesResponse, identified
    }

    unary! {
        /// Finds the memories of the same user that are closest in meaning. `limit` is 5 by default and at most
        /// 100.
        memory.find_similar_memories, "FindSimilarMemories",
        FindSimilarMemoriesRequest -> FindSimilarMemoriesResponse
    }

    paged! {
        /// Looks through everything ever said or noted, best first, over all pages. `page_size` is 20 by default
        /// and at most 500.
        memory.search, "Search", SearchRequest -> SearchResponse
    }

    paged! {
        /// Lists the memories of a user, newest first, over all pages. `page_size` is 50 by default and at most
        /// 500.
        memory.list_memories, "ListMemories", ListMemoriesRequest -> ListMemoriesResponse
    }

    paged! {
        /// Lists what was so from when to when, in order of `valid_from_time`, over all pages. `page_size` is 50
        /// by default and at most 500.
        memory.list_memory_timeline, "ListMemoryTimeline",
        ListMemoryTimelineRequest -> ListMemoryTimelineResponse
    }

    unary! {
        /// Returns what the server is and can do, to know before trying.
        admin.get_server_info, "GetServerInfo", GetServerInfoRequest -> GetServerInfoResponse
    }

    /// Answers the user with a language model that remembers, as a stream of events. It may take 300 seconds
    /// in all unless [`with_timeout`](Self::with_timeout) says otherwise, and is not repeated.
    ///
    /// # Errors
    ///
    /// The call failed before the first event; later failures come in the stream.
    pub async fn chat(
        &self,
        request: contract::ChatRequest,
    ) -> Result<ServerStream<contract::ChatEvent>, Error> {
        let mut memory = self.memory.clone();
        self.calls
            .server_stream("Chat", identified(request), async move |request| {
                memory.chat(request).await
            })
            .await
    }

    /// Stores the messages of many users in bulk; the response names the batches that failed. It may take 300
    /// seconds unless [`with_timeout`](Self::with_timeout) says otherwise. Requests are asked for as fast as the
    /// server takes them. A stream is not repeated; batches sent before a failure stay stored.
    ///
    /// # Errors
    ///
    /// The call failed; see [`Error`].
    pub async fn ingest_stream<S>(
        &self,
        requests: S,
    ) -> Result<contract::IngestStreamResponse, Error>
    where
        S: Stream<Item = contract::IngestStreamRequest> + Send + 'static,
    {
        let uploaded = self
            .try_ingest_stream(requests.map(Ok::<_, Infallible>))
            .await;
        uploaded.map_err(UploadError::of_call)
    }

    /// Does as [`ingest_stream`](Self::ingest_stream) with a source that may fail: the call is then cancelled.
    ///
    /// # Errors
    ///
    /// The call failed, or the source of requests did.
    pub async fn try_ingest_stream<S, E>(
        &self,
        requests: S,
    ) -> Result<contract::IngestStreamResponse, UploadError<E>>
    where
        S: Stream<Item = Result<contract::IngestStreamRequest, E>> + Send + 'static,
        E: Send + 'static,
    {
        let mut memory = self.memory.clone();
        self.calls
            .upload("IngestStream", requests, async move |request| {
                memory.ingest_stream(request).await
            })
            .await
    }
}
