package memsvc_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	memsvc "memsvc.dev/go"
)

func jobIn(state memsvc.JobState) *memsvc.WatchJobResponse {
	return &memsvc.WatchJobResponse{Job: &memsvc.Job{JobId: "j1", State: state}}
}

// A watch yields the states of the job in order, ends with the stream, and sends nothing before the
// iteration.
func TestWatchJob(t *testing.T) {
	states := []memsvc.JobState{memsvc.JobState_JOB_STATE_RUNNING, memsvc.JobState_JOB_STATE_SUCCEEDED}
	server := serve(t, func(c *call) error {
		return errors.Join(c.reply(jobIn(states[0])), c.reply(jobIn(states[1])))
	})
	watch := connect(t, server).WatchJob(t.Context(), &memsvc.WatchJobRequest{JobId: "j1"})
	if len(server.seen()) != 0 {
		t.Error("something was sent before the iteration")
	}
	var got []memsvc.JobState
	for seen, err := range watch {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, seen.GetJob().GetState())
	}
	if !slices.Equal(got, states) {
		t.Errorf("got %v", got)
	}
	if sent := request(t, server.seen()[0], &memsvc.WatchJobRequest{}); sent.GetJobId() != "j1" {
		t.Errorf("sent %v", sent)
	}
}

// Leaving the loop of a watch cancels it at the server.
func TestLeavingAWatchCancelsIt(t *testing.T) {
	ended := make(chan struct{})
	server := serve(t, func(c *call) error {
		if err := c.reply(jobIn(memsvc.JobState_JOB_STATE_QUEUED)); err != nil {
			return err
		}
		return untilEnded(c, ended)
	})
	for _, err := range connect(t, server).WatchJob(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	receive(t, ended, "the server's context to end")
}

// A watch of an unknown job yields its error, with the reason and no state.
func TestWatchOfAnUnknownJob(t *testing.T) {
	server := serve(t, func(*call) error {
		return failure(codes.NotFound, "none", errorInfo("memsvc.dev", "JOB_NOT_FOUND"))
	})
	var last error
	for seen, err := range connect(t, server).WatchJob(t.Context(), nil) {
		if last = err; seen != nil {
			t.Errorf("got %v", seen)
		}
	}
	if !memsvc.HasReason(last, memsvc.ErrorReason_ERROR_REASON_JOB_NOT_FOUND) {
		t.Errorf("got %v", last)
	}
}

// The list of dead jobs yields the jobs of all pages in order.
func TestListDeadJobs(t *testing.T) {
	server := serve(t, func(c *call) error {
		if request(t, c, &memsvc.ListDeadJobsRequest{}).GetPageToken() == "" {
			return c.reply(&memsvc.ListDeadJobsResponse{
				Jobs: []*memsvc.Job{{JobId: "j3"}, {JobId: "j2"}}, NextPageToken: "1",
			})
		}
		return c.reply(&memsvc.ListDeadJobsResponse{Jobs: []*memsvc.Job{{JobId: "j1"}}})
	})
	var ids []string
	for job, err := range connect(t, server).ListDeadJobs(t.Context(), nil).All() {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, job.GetJobId())
	}
	if !slices.Equal(ids, []string{"j3", "j2", "j1"}) {
		t.Errorf("got %v", ids)
	}
}

// Consolidating and queueing again are writes: without a request_id they are sent with a random one, the
// same in all attempts.
func TestJobWritesAreSafeToRetry(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.turn == 0 {
			return status.Error(codes.Unavailable, "not now")
		}
		return c.reply(&memsvc.RequeueJobResponse{})
	})
	client := connect(t, server)
	if _, err := client.Consolidate(t.Context(), &memsvc.ConsolidateRequest{UserId: "ana"}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.RequeueJob(t.Context(), &memsvc.RequeueJobRequest{JobId: "j1"}); err != nil {
		t.Fatal(err)
	}
	calls := server.seen()
	first := request(t, calls[0], &memsvc.ConsolidateRequest{}).GetRequestId()
	repeated := request(t, calls[1], &memsvc.ConsolidateRequest{}).GetRequestId()
	requeued := request(t, calls[2], &memsvc.RequeueJobRequest{}).GetRequestId()
	if uuid.Validate(first) != nil || first != repeated || uuid.Validate(requeued) != nil {
		t.Errorf("request ids %q, %q and %q", first, repeated, requeued)
	}
}
