//! Facts, and the jobs that draw and consolidate them.

use crate::{
    calls::identified,
    client::MemoryClient,
    contract,
    error::Error,
    macros::{paged, unary},
    streams::ServerStream,
};

impl MemoryClient {
    unary! {
        /// Returns the facts that would be drawn from a message, and stores nothing. Where a language model
        /// draws them, a longer time is wise.
        memory.extract_facts, "ExtractFacts", ExtractFactsRequest -> ExtractFactsResponse
    }

    unary! {
        /// Tidies up the facts of a user as a job; [`watch_job`](Self::watch_job) tells when it is done.
        memory.consolidate, "Consolidate", ConsolidateRequest -> ConsolidateResponse, identified
    }

    unary! {
        /// Returns one job.
        job.get_job, "GetJob", GetJobRequest -> GetJobResponse
    }

    unary! {
        /// Lets a dead job be tried again. It fails with JOB_NOT_DEAD if the job is not dead.
        job.requeue_job, "RequeueJob", RequeueJobRequest -> RequeueJobResponse, identified
    }

    paged! {
        /// Lists the jobs that failed for good, newest first, over all pages. `page_size` is 50 by default and at
        /// most 500.
        job.list_dead_jobs, "ListDeadJobs", ListDeadJobsRequest -> ListDeadJobsResponse
    }

    /// Gives the job as it is, and again whenever it changes, until it has ended. The watch may take 300 seconds
    /// in all unless [`with_timeout`](Self::with_timeout) says otherwise, and is not repeated. Dropping it ends
    /// the watch; the job goes on.
    ///
    /// # Errors
    ///
    /// The call failed before the first state; later failures come in the stream.
    pub async fn watch_job(
        &self,
        request: contract::WatchJobRequest,
    ) -> Result<ServerStream<contract::WatchJobResponse>, Error> {
        let mut job = self.job.clone();
        self.calls
            .server_stream("WatchJob", request, async move |request| {
                job.watch_job(request).await
            })
            .await
    }
}
