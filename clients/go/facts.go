package memsvc

import (
	"context"
	"iter"
)

// ExtractFacts returns the facts that would be drawn from a message, and stores nothing. Where a language
// model draws them, a later deadline is wise.
func (c *Client) ExtractFacts(
	ctx context.Context, request *ExtractFactsRequest,
) (*ExtractFactsResponse, error) {
	return unary(ctx, c, c.memory.ExtractFacts, request)
}

// Consolidate tidies up the facts of a user as a job; WatchJob tells when it is done.
func (c *Client) Consolidate(
	ctx context.Context, request *ConsolidateRequest,
) (*ConsolidateResponse, error) {
	return unary(ctx, c, c.memory.Consolidate, request)
}

// GetJob returns one job. It fails with JOB_NOT_FOUND if there is none.
func (c *Client) GetJob(ctx context.Context, request *GetJobRequest) (*GetJobResponse, error) {
	return unary(ctx, c, c.job.GetJob, request)
}

// WatchJob yields the job as it is, and again whenever it changes, until it has ended.
//
// The request is sent when the iteration begins, and is not retried. Leaving the loop ends the watch; the
// job goes on. What fails yields nil and an [*Error], and ends the iteration. The deadline of ctx, or else
// the client's stream timeout, covers the whole watch.
func (c *Client) WatchJob(
	ctx context.Context, request *WatchJobRequest,
) iter.Seq2[*WatchJobResponse, error] {
	return serverStream(ctx, c, c.job.WatchJob, request)
}

// ListDeadJobs lists the jobs that failed for good, newest first, over all pages. A page has 50 jobs by
// default and at most 500.
func (c *Client) ListDeadJobs(
	ctx context.Context, request *ListDeadJobsRequest,
) *Pager[Job, ListDeadJobsResponse] {
	return newPager(ctx, c, c.job.ListDeadJobs, request, (*ListDeadJobsResponse).GetJobs)
}

// RequeueJob lets a dead job be tried again. It fails with JOB_NOT_DEAD if the job is not dead.
func (c *Client) RequeueJob(ctx context.Context, request *RequeueJobRequest) (*RequeueJobResponse, error) {
	return unary(ctx, c, c.job.RequeueJob, request)
}
