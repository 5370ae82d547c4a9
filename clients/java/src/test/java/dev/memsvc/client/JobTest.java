package dev.memsvc.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.memsvc.v1.ConsolidateRequest;
import dev.memsvc.v1.ErrorReason;
import dev.memsvc.v1.Job;
import dev.memsvc.v1.JobState;
import dev.memsvc.v1.ListDeadJobsRequest;
import dev.memsvc.v1.ListDeadJobsResponse;
import dev.memsvc.v1.RequeueJobRequest;
import dev.memsvc.v1.RequeueJobResponse;
import dev.memsvc.v1.WatchJobRequest;
import dev.memsvc.v1.WatchJobResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class JobTest extends ServedTest {
  private static final WatchJobRequest WATCH = WatchJobRequest.newBuilder().setJobId("j1").build();

  private static Job job(String id) {
    return Job.newBuilder().setJobId(id).build();
  }

  private static WatchJobResponse in(JobState state) {
    return WatchJobResponse.newBuilder().setJob(Job.newBuilder().setState(state)).build();
  }

  /** A watch yields the states of the job as they come, and ends with the stream. */
  @Test
  void watch() throws Exception {
    CountDownLatch firstRead = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(in(JobState.JOB_STATE_RUNNING));
              await(firstRead);
              attempt.reply(in(JobState.JOB_STATE_SUCCEEDED));
            });
    List<JobState> states = new ArrayList<>();
    try (ServerStream<WatchJobResponse> watch = connect(server).watchJob(WATCH)) {
      while (watch.hasNext()) {
        states.add(watch.next().getJob().getState());
        firstRead.countDown();
      }
    }
    assertEquals(List.of(JobState.JOB_STATE_RUNNING, JobState.JOB_STATE_SUCCEEDED), states);
    assertEquals(WATCH, server.seen().get(0).request(WatchJobRequest.parser()));
  }

  /** Closing a watch cancels it at the server. */
  @Test
  void closingAWatchCancelsIt() throws Exception {
    CountDownLatch givenUp = new CountDownLatch(1);
    ScriptedServer server =
        serve(
            attempt -> {
              attempt.send(in(JobState.JOB_STATE_QUEUED));
              attempt.untilGivenUp();
              givenUp.countDown();
            });
    try (ServerStream<WatchJobResponse> watch = connect(server).watchJob(WATCH)) {
      watch.next();
    }
    await(givenUp);
  }

  /** A watch of an unknown job fails with the reason. */
  @Test
  void watchOfAnUnknownJob() throws Exception {
    ScriptedServer server =
        serve(
            attempt ->
                attempt.fail(
                    Status.Code.NOT_FOUND,
                    "none",
                    List.of(ErrorTest.errorInfo("memsvc.dev", "JOB_NOT_FOUND"))));
    try (ServerStream<WatchJobResponse> watch = connect(server).watchJob(WATCH)) {
      MemsvcException failure = failed(Status.Code.NOT_FOUND, watch::hasNext);
      assertEquals(ErrorReason.ERROR_REASON_JOB_NOT_FOUND, failure.getErrorReason());
    }
  }

  /** The list of dead jobs yields the jobs of all pages in order. */
  @Test
  void deadJobs() throws Exception {
    ListDeadJobsResponse first =
        ListDeadJobsResponse.newBuilder()
            .addJobs(job("j3"))
            .addJobs(job("j2"))
            .setNextPageToken("1")
            .build();
    ListDeadJobsResponse last = ListDeadJobsResponse.newBuilder().addJobs(job("j1")).build();
    MemoryClient client =
        connect(
            serve(
                attempt -> {
                  var request = attempt.request(ListDeadJobsRequest.parser());
                  attempt.reply(request.getPageToken().isEmpty() ? first : last);
                }));
    assertEquals(
        List.of("j3", "j2", "j1"),
        client.listDeadJobs(ListDeadJobsRequest.getDefaultInstance()).stream()
            .map(Job::getJobId)
            .collect(Collectors.toList()));
  }

  /** Consolidating and queueing again are writes, which are safe to repeat. */
  @Test
  void jobWritesHaveARequestId() throws Exception {
    ScriptedServer server =
        serve(attempt -> attempt.reply(RequeueJobResponse.getDefaultInstance()));
    MemoryClient client = connect(server);
    client.consolidate(ConsolidateRequest.newBuilder().setUserId("ana").build());
    client.requeueJob(RequeueJobRequest.newBuilder().setJobId("j1").build());
    List<Attempt> seen = server.seen();
    assertFalse(seen.get(0).request(ConsolidateRequest.parser()).getRequestId().isEmpty());
    assertFalse(seen.get(1).request(RequeueJobRequest.parser()).getRequestId().isEmpty());
  }
}
