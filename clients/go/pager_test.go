package memsvc_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	memsvc "memsvc.dev/go"
)

// threePages answers ListMemories with the pages "", "1" and "2" of two memories each; each page fails
// once with UNAVAILABLE before it comes.
func threePages(t *testing.T) func(*call) error {
	failed := map[string]bool{}
	return func(c *call) error {
		token := request(t, c, &memsvc.ListMemoriesRequest{}).GetPageToken()
		if !failed[token] {
			failed[token] = true
			return status.Error(codes.Unavailable, "not now")
		}
		page, _ := strconv.Atoi(token)
		response := &memsvc.ListMemoriesResponse{Memories: []*memsvc.Memory{
			{MemoryId: fmt.Sprint(page, "a")}, {MemoryId: fmt.Sprint(page, "b")},
		}}
		if page < 2 {
			response.NextPageToken = strconv.Itoa(page + 1)
		}
		return c.reply(response)
	}
}

// tokens returns the page tokens that reached the server, without those of repeated attempts.
func tokens(t *testing.T, s *scriptedServer) []string {
	t.Helper()
	var found []string
	for _, c := range s.seen() {
		found = append(found, request(t, c, &memsvc.ListMemoriesRequest{}).GetPageToken())
	}
	return slices.Compact(found)
}

// A list yields the items of all pages in order. Each page is a call with a deadline and retries of its
// own and the other fields of the request, and another iteration begins anew.
func TestPagerYieldsAllItems(t *testing.T) {
	server := serve(t, threePages(t))
	asked := &memsvc.ListMemoriesRequest{UserId: "ana", PageSize: 2}
	list := connect(t, server).ListMemories(t.Context(), asked)
	if len(server.seen()) != 0 {
		t.Error("something was sent before the iteration")
	}
	asked.UserId = "changed after the list was asked for"
	for range 2 {
		var ids []string
		for memory, err := range list.All() {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, memory.GetMemoryId())
		}
		if want := []string{"0a", "0b", "1a", "1b", "2a", "2b"}; !slices.Equal(ids, want) {
			t.Errorf("got %v", ids)
		}
	}
	if got := tokens(t, server); !slices.Equal(got, []string{"", "1", "2", "", "1", "2"}) {
		t.Errorf("page tokens %q", got)
	}
	for _, c := range server.seen() {
		if sent := request(t, c, &memsvc.ListMemoriesRequest{}); sent.GetUserId() != "ana" || sent.GetPageSize() != 2 {
			t.Errorf("sent %v", sent)
		}
		if c.timeout < memsvc.DefaultTimeout*3/4 {
			t.Errorf("a page had %s left", c.timeout)
		}
	}
	if asked.GetPageToken() != "" {
		t.Error("the caller's message has changed")
	}
}

// A list is lazy: a page is fetched only when an item of it is asked for.
func TestPagerIsLazy(t *testing.T) {
	server := serve(t, threePages(t))
	count := 0
	for range connect(t, server).ListMemories(t.Context(), nil).All() {
		if count++; count == 2 {
			break
		}
	}
	if got := tokens(t, server); !slices.Equal(got, []string{""}) {
		t.Errorf("page tokens %q", got)
	}
}

// A list begins at the request's page_token, and its pages are there as they came.
func TestPagesFromAToken(t *testing.T) {
	server := serve(t, threePages(t))
	var next []string
	for page, err := range connect(t, server).ListMemories(t.Context(), &memsvc.ListMemoriesRequest{PageToken: "1"}).Pages() {
		if err != nil || len(page.GetMemories()) != 2 {
			t.Fatalf("got %v, %v", page, err)
		}
		next = append(next, page.GetNextPageToken())
	}
	if !slices.Equal(next, []string{"2", ""}) {
		t.Errorf("next page tokens %q", next)
	}
}

// A page that fails ends the list with its error, after the items before it.
func TestPagerFails(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.turn > 0 {
			return status.Error(codes.InvalidArgument, "no")
		}
		return c.reply(&memsvc.SearchResponse{Results: []*memsvc.SearchResult{{Score: 1}}, NextPageToken: "1"})
	})
	var scores []float64
	var ends []error
	for result, err := range connect(t, server).Search(t.Context(), nil).All() {
		if err != nil {
			ends = append(ends, err)
			continue
		}
		scores = append(scores, result.GetScore())
	}
	if len(scores) != 1 || len(ends) != 1 {
		t.Fatalf("got %v and %v", scores, ends)
	}
	failed(t, ends[0], codes.InvalidArgument)
}

// A deadline of the context covers all pages of a list.
func TestPagerKeepsTheDeadlineOfItsContext(t *testing.T) {
	server := serve(t, func(c *call) error {
		if c.turn > 0 {
			<-c.Context().Done()
		}
		return c.reply(&memsvc.ListMemoryTimelineResponse{NextPageToken: "1"})
	})
	var last error
	for _, err := range connect(t, server).ListMemoryTimeline(within(t, 300*time.Millisecond), nil).Pages() {
		last = err
	}
	failed(t, last, codes.DeadlineExceeded)
}
