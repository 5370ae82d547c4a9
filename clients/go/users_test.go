package memsvc_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	memsvc "memsvc.dev/go"
)

// An export yields lines without their ends, whatever pieces they came in and whatever they hold, and sends
// nothing before the iteration.
func TestExportUser(t *testing.T) {
	server := serve(t, func(c *call) error {
		return errors.Join(
			c.reply(&memsvc.ExportUserResponse{Lines: "{\"a\":1}\n{\"b\":\"\u2028\"}\n"}),
			c.reply(&memsvc.ExportUserResponse{}),
			c.reply(&memsvc.ExportUserResponse{Lines: "{\"c\":3}\n"}),
		)
	})
	export := connect(t, server).ExportUser(t.Context(), &memsvc.ExportUserRequest{UserId: "ana"})
	if len(server.seen()) != 0 {
		t.Error("something was sent before the iteration")
	}
	var lines []string
	for line, err := range export {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if !slices.Equal(lines, []string{`{"a":1}`, "{\"b\":\"\u2028\"}", `{"c":3}`}) {
		t.Errorf("got %q", lines)
	}
}

// Leaving the loop of an export cancels it at the server.
func TestLeavingAnExportCancelsIt(t *testing.T) {
	ended := make(chan struct{})
	server := serve(t, func(c *call) error {
		if err := c.reply(&memsvc.ExportUserResponse{Lines: "{}\n{}\n"}); err != nil {
			return err
		}
		return untilEnded(c, ended)
	})
	for _, err := range connect(t, server).ExportUser(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	receive(t, ended, "the server's context to end")
}

// An import sends whole lines in pieces below the limit, for the user that is named.
func TestImportUser(t *testing.T) {
	pieces := make(chan []*memsvc.ImportUserRequest, 1)
	server := serve(t, func(c *call) error {
		var got []*memsvc.ImportUserRequest
		for body, err := c.body, error(nil); err == nil; err = c.RecvMsg(&body) {
			piece := &memsvc.ImportUserRequest{}
			if err := proto.Unmarshal(body, piece); err != nil {
				return err
			}
			got = append(got, piece)
		}
		pieces <- got
		return c.reply(&memsvc.ImportUserResponse{MemoryCount: 4})
	})
	long := strings.Repeat("x", 256*1024-2)
	source := memsvc.Infallible(slices.Values([]string{"{}", "{}\n", long, long}))
	response, err := connect(t, server).ImportUser(t.Context(), "ben", source)
	if err != nil || response.GetMemoryCount() != 4 {
		t.Fatal(response, err)
	}
	got := receive(t, pieces, "the import")
	want := []string{"{}\n{}\n", long + "\n", long + "\n"}
	if len(got) != len(want) {
		t.Fatalf("got %d pieces", len(got))
	}
	for index, piece := range got {
		if piece.GetLines() != want[index] || piece.GetUserId() != "ben" {
			t.Errorf("piece %d is wrong", index)
		}
	}
}

// An error of the lines is returned as it is.
func TestLinesThatFail(t *testing.T) {
	server := serve(t, func(c *call) error { return untilEnded(c, make(chan struct{})) })
	broken := errors.New("no more")
	source := func(yield func(string, error) bool) { _ = yield("{}", nil) && yield("", broken) }
	if _, err := connect(t, server).ImportUser(t.Context(), "", source); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// Erasing is retried; reopening, exporting and importing are not, and their errors are typed.
func TestWhatOfUsersIsRetried(t *testing.T) {
	server := serve(t, func(*call) error { return status.Error(codes.Unavailable, "not now") })
	client := connect(t, server)
	_, err := client.EraseUser(t.Context(), &memsvc.EraseUserRequest{UserId: "ana"})
	failed(t, err, codes.Unavailable)
	_, err = client.ReopenUser(t.Context(), &memsvc.ReopenUserRequest{UserId: "ana"})
	failed(t, err, codes.Unavailable)
	for _, err := range client.ExportUser(t.Context(), nil) {
		failed(t, err, codes.Unavailable)
	}
	_, err = client.ImportUser(t.Context(), "", memsvc.Infallible(slices.Values([]string{"{}"})))
	failed(t, err, codes.Unavailable)
	var methods []string
	for _, c := range server.seen() {
		methods = append(methods, c.method)
	}
	want := append(slices.Repeat([]string{"EraseUser"}, 4), "ReopenUser", "ExportUser", "ImportUser")
	if !slices.Equal(methods, want) {
		t.Errorf("got %v", methods)
	}
}

// Limits and quota are asked for by calls of their own.
func TestLimitsAndQuota(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.method == "GetQuota" {
			return c.reply(&memsvc.GetQuotaResponse{Quotas: []*memsvc.Quota{{Name: "memories", Used: 3}}})
		}
		return c.reply(&memsvc.GetLimitsResponse{Limits: []*memsvc.Limit{{Name: "page_size", Value: 500}}})
	})
	client := connect(t, server)
	limits, err := client.GetLimits(t.Context(), nil)
	if err != nil || limits.GetLimits()[0].GetValue() != 500 {
		t.Error(limits, err)
	}
	quota, err := client.GetQuota(t.Context(), nil)
	if err != nil || quota.GetQuotas()[0].GetUsed() != 3 {
		t.Error(quota, err)
	}
}
