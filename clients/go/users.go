package memsvc

import (
	"context"
	"iter"
	"strings"
)

// pieceBytes is about how much of an import goes in one message: far below what the server takes.
const pieceBytes = 256 * 1024

// EraseUser forgets a user for good; the report tells what was removed. Calling it again is harmless. It
// fails with USER_HELD while the user's memories are held.
func (c *Client) EraseUser(ctx context.Context, request *EraseUserRequest) (*EraseUserResponse, error) {
	return unary(ctx, c, c.user.EraseUser, request)
}

// ReopenUser lets an erased user be remembered anew. It is not retried. It fails with ERASURE_UNDER_WAY
// while rows are still being removed, and with USER_NOT_FOUND if the user was not erased.
func (c *Client) ReopenUser(ctx context.Context, request *ReopenUserRequest) (*ReopenUserResponse, error) {
	return unary(ctx, c, c.user.ReopenUser, request)
}

// ExportUser yields all that is remembered of a user as lines of JSON, without their ends.
//
// The request is sent when the iteration begins, and is not retried. What fails yields "" and an [*Error],
// and ends the iteration; an export is whole if its last line is of the type "end". The deadline of ctx, or
// else the client's stream timeout, covers the whole export.
func (c *Client) ExportUser(ctx context.Context, request *ExportUserRequest) iter.Seq2[string, error] {
	pieces := serverStream(ctx, c, c.user.ExportUser, request)
	return func(yield func(string, error) bool) {
		for piece, err := range pieces {
			if err != nil {
				yield("", err)
				return
			}
			for line := range strings.Lines(piece.GetLines()) {
				if !yield(strings.TrimSuffix(line, "\n"), nil) {
					return
				}
			}
		}
	}
}

// ImportUser takes in what [Client.ExportUser] yielded, into the user of this id, or for an empty one into
// the user it was of.
//
// Lines may end with a line feed. An error that lines yields cancels the call and is returned as it is; see
// [Infallible] for a source that cannot fail. An import is not retried; one that broke off can be sent
// again, for what is there already is left as it is. The deadline of ctx, or else the client's stream
// timeout, covers the whole import.
func (c *Client) ImportUser(
	ctx context.Context, userID string, lines iter.Seq2[string, error],
) (*ImportUserResponse, error) {
	return upload(ctx, c, "ImportUser", c.user.ImportUser, piecesOf(userID, lines))
}

// piecesOf gathers lines until there are enough of them for a message.
func piecesOf(userID string, lines iter.Seq2[string, error]) iter.Seq2[*ImportUserRequest, error] {
	return func(yield func(*ImportUserRequest, error) bool) {
		var piece strings.Builder
		flushed := func() bool {
			if piece.Len() == 0 {
				return true
			}
			request := &ImportUserRequest{UserId: userID, Lines: piece.String()}
			piece.Reset()
			return yield(request, nil)
		}
		for line, err := range lines {
			if err != nil {
				yield(nil, err)
				return
			}
			if piece.Len()+len(line) >= pieceBytes && !flushed() {
				return
			}
			piece.WriteString(strings.TrimSuffix(line, "\n"))
			piece.WriteByte('\n')
		}
		flushed()
	}
}

// GetLimits tells how large requests may be, how fast they may come, and what each method costs.
func (c *Client) GetLimits(ctx context.Context, request *GetLimitsRequest) (*GetLimitsResponse, error) {
	return unary(ctx, c, c.admin.GetLimits, request)
}

// GetQuota tells how much of its quotas the tenant has used.
func (c *Client) GetQuota(ctx context.Context, request *GetQuotaRequest) (*GetQuotaResponse, error) {
	return unary(ctx, c, c.admin.GetQuota, request)
}
