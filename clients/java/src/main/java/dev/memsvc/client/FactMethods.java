package dev.memsvc.client;

import dev.memsvc.v1.ConsolidateRequest;
import dev.memsvc.v1.ConsolidateResponse;
import dev.memsvc.v1.ExtractFactsRequest;
import dev.memsvc.v1.ExtractFactsResponse;
import dev.memsvc.v1.GetJobRequest;
import dev.memsvc.v1.GetJobResponse;
import dev.memsvc.v1.Job;
import dev.memsvc.v1.JobServiceGrpc;
import dev.memsvc.v1.ListDeadJobsRequest;
import dev.memsvc.v1.ListDeadJobsResponse;
import dev.memsvc.v1.MemoryServiceGrpc;
import dev.memsvc.v1.RequeueJobRequest;
import dev.memsvc.v1.RequeueJobResponse;
import dev.memsvc.v1.WatchJobRequest;
import dev.memsvc.v1.WatchJobResponse;

/**
 * What a {@link MemoryClient} does with facts, and with the jobs that draw and consolidate them.
 */
abstract class FactMethods extends UserMethods {
  FactMethods(Connection connection, CallRules rules) {
    super(connection, rules);
  }

  /**
   * Shows the facts that would be drawn from a message, and stores nothing. Where a language model
   * draws them, a longer timeout is wise.
   *
   * @param request the request
   * @return the facts
   */
  public ExtractFactsResponse extractFacts(ExtractFactsRequest request) {
    return unary(MemoryServiceGrpc.getExtractFactsMethod(), request);
  }

  /**
   * Tidies up the facts of a user as a job; {@code watchJob} tells when it is done.
   *
   * @param request the request
   * @return the job's id
   */
  public ConsolidateResponse consolidate(ConsolidateRequest request) {
    return unary(MemoryServiceGrpc.getConsolidateMethod(), request);
  }

  /**
   * Reads one job. It fails with JOB_NOT_FOUND if there is none.
   *
   * @param request the request
   * @return the job
   */
  public GetJobResponse getJob(GetJobRequest request) {
    return unary(JobServiceGrpc.getGetJobMethod(), request);
  }

  /**
   * Watches a job until it has ended. The request is sent at once and is not retried. The timeout
   * covers the whole watch.
   *
   * @param request the request
   * @return the job as it is, and again whenever it changes; close it to end the watch, which the
   *     job does not notice
   */
  public ServerStream<WatchJobResponse> watchJob(WatchJobRequest request) {
    return serverStream(JobServiceGrpc.getWatchJobMethod(), request);
  }

  /**
   * Lists the jobs that failed for good, newest first. A page has 50 jobs by default and at most
   * 500.
   *
   * @param request the request; the list begins at its page_token
   * @return the results of all pages, not fetched yet
   */
  public Pages<Job, ListDeadJobsResponse> listDeadJobs(ListDeadJobsRequest request) {
    return new Pages<>(
        request.getPageToken(),
        token ->
            unary(
                JobServiceGrpc.getListDeadJobsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListDeadJobsResponse::getJobsList,
        ListDeadJobsResponse::getNextPageToken);
  }

  /**
   * Lets a dead job be tried again. It fails with JOB_NOT_DEAD if the job is not dead.
   *
   * @param request the request
   * @return the job, queued again
   */
  public RequeueJobResponse requeueJob(RequeueJobRequest request) {
    return unary(JobServiceGrpc.getRequeueJobMethod(), request);
  }
}
