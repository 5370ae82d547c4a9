package memsvc

import "context"

// Ingest stores messages; they can be recalled and searched when the reply arrives. All of them are
// stored, or none. With EXTRACTION_MODE_SYNC a later deadline is wise.
func (c *Client) Ingest(ctx context.Context, request *IngestRequest) (*IngestResponse, error) {
	return unary(ctx, c, c.memory.Ingest, request)
}

// Recall returns the memories of a user that matter to a question, best first: as many as the request's
// limit, 5 by default and at most 100. The response's context_block is the result as text to put before
// a language model.
func (c *Client) Recall(ctx context.Context, request *RecallRequest) (*RecallResponse, error) {
	return unary(ctx, c, c.memory.Recall, request)
}

// Conscious returns what to know when a conversation starts: pinned, essential and important memories, 20
// by default and at most 100.
func (c *Client) Conscious(ctx context.Context, request *ConsciousRequest) (*ConsciousResponse, error) {
	return unary(ctx, c, c.memory.Conscious, request)
}

// Search looks through everything ever said or noted, best first, over all pages. A page has 20 results
// by default and at most 500. The pages say whether the search was degraded.
func (c *Client) Search(ctx context.Context, request *SearchRequest) *Pager[SearchResult, SearchResponse] {
	return newPager(ctx, c, c.memory.Search, request, (*SearchResponse).GetResults)
}

// CreateMemory writes a memory of kind NOTE.
func (c *Client) CreateMemory(
	ctx context.Context, request *CreateMemoryRequest,
) (*CreateMemoryResponse, error) {
	return unary(ctx, c, c.memory.CreateMemory, request)
}

// GetMemory returns one memory. It fails with MEMORY_NOT_FOUND if there is none.
func (c *Client) GetMemory(ctx context.Context, request *GetMemoryRequest) (*GetMemoryResponse, error) {
	return unary(ctx, c, c.memory.GetMemory, request)
}

// GetMemorySource returns the messages that a memory rests on. It fails with MEMORY_NOT_FOUND if there is
// no such memory.
func (c *Client) GetMemorySource(
	ctx context.Context, request *GetMemorySourceRequest,
) (*GetMemorySourceResponse, error) {
	return unary(ctx, c, c.memory.GetMemorySource, request)
}

// ListMemories lists the memories of a user, newest first, over all pages. A page has 50 memories by
// default and at most 500.
func (c *Client) ListMemories(
	ctx context.Context, request *ListMemoriesRequest,
) *Pager[Memory, ListMemoriesResponse] {
	return newPager(ctx, c, c.memory.ListMemories, request, (*ListMemoriesResponse).GetMemories)
}

// UpdateMemory changes fields of a memory: those of the update_mask, else those that are set. It fails
// with ETAG_MISMATCH if the memory's etag is given and no longer its present one.
func (c *Client) UpdateMemory(
	ctx context.Context, request *UpdateMemoryRequest,
) (*UpdateMemoryResponse, error) {
	return unary(ctx, c, c.memory.UpdateMemory, request)
}

// DeleteMemory deletes a memory for good; of an EPISODE also its message and what rests on it alone. It
// fails with MEMORY_NOT_FOUND if there is no such memory.
func (c *Client) DeleteMemory(
	ctx context.Context, request *DeleteMemoryRequest,
) (*DeleteMemoryResponse, error) {
	return unary(ctx, c, c.memory.DeleteMemory, request)
}

// BatchDeleteMemories deletes all of 1 to 100 memories, or none.
func (c *Client) BatchDeleteMemories(
	ctx context.Context, request *BatchDeleteMemoriesRequest,
) (*BatchDeleteMemoriesResponse, error) {
	return unary(ctx, c, c.memory.BatchDeleteMemories, request)
}

// FindSimilarMemories returns the memories of the same user that are closest in meaning, closest first, 5
// by default and at most 100.
func (c *Client) FindSimilarMemories(
	ctx context.Context, request *FindSimilarMemoriesRequest,
) (*FindSimilarMemoriesResponse, error) {
	return unary(ctx, c, c.memory.FindSimilarMemories, request)
}

// Evaluate returns how well Recall finds what is known to be right, and changes nothing. A question gets
// 20 results by default and at most 100; arms also measures each part of the score.
func (c *Client) Evaluate(ctx context.Context, request *EvaluateRequest) (*EvaluateResponse, error) {
	return unary(ctx, c, c.memory.Evaluate, request)
}

// ListMemoryTimeline lists what was so from when to when, in order of valid_from_time, over all pages. A
// page has 50 memories by default and at most 500.
func (c *Client) ListMemoryTimeline(
	ctx context.Context, request *ListMemoryTimelineRequest,
) *Pager[Memory, ListMemoryTimelineResponse] {
	return newPager(ctx, c, c.memory.ListMemoryTimeline, request, (*ListMemoryTimelineResponse).GetMemories)
}

// GetServerInfo tells what the server is and what it can do.
func (c *Client) GetServerInfo(
	ctx context.Context, request *GetServerInfoRequest,
) (*GetServerInfoResponse, error) {
	return unary(ctx, c, c.admin.GetServerInfo, request)
}
