package memsvc

import (
	"context"
	"iter"

	"google.golang.org/protobuf/proto"
)

// A Pager is a list that is fetched page by page as it is read.
//
// Nothing is sent before an iteration begins; every iteration begins anew with the first page. Each page
// is a call of its own, with its own retries. It has the client's timeout for itself, unless the context
// that the list was asked for with has a deadline: that one covers all pages.
type Pager[Item, Page any] struct {
	fetch func(token string) (*Page, error)
	items func(*Page) []*Item
	next  func(*Page) string
	first string
}

// All returns the items of all pages. A page that fails yields nil and an [*Error], and ends the
// iteration.
func (p *Pager[Item, Page]) All() iter.Seq2[*Item, error] {
	return func(yield func(*Item, error) bool) {
		for page, err := range p.Pages() {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, item := range p.items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// Pages returns the responses: items, next_page_token and what else a page carries. A page that fails
// yields nil and an [*Error], and ends the iteration.
func (p *Pager[Item, Page]) Pages() iter.Seq2[*Page, error] {
	return func(yield func(*Page, error) bool) {
		token := p.first
		for {
			page, err := p.fetch(token)
			if err != nil {
				yield(nil, err)
				return
			}
			if token = p.next(page); !yield(page, nil) || token == "" {
				return
			}
		}
	}
}

// A pagedRequest is a request of a list.
type pagedRequest interface {
	proto.Message
	GetPageToken() string
}

// A pagedResponse is a page of a list, as a pointer.
type pagedResponse[Page any] interface {
	*Page
	proto.Message
	GetNextPageToken() string
}

func newPager[Item, Page any, Request pagedRequest, Response pagedResponse[Page]](
	ctx context.Context, client *Client, method unaryMethod[Request, Response], request Request,
	items func(Response) []*Item,
) *Pager[Item, Page] {
	request = copyOf(request) // the caller may change theirs before the list is read
	token := request.ProtoReflect().Descriptor().Fields().ByName("page_token")
	return &Pager[Item, Page]{
		fetch: func(value string) (*Page, error) {
			return unary(ctx, client, method, withField(request, token, value))
		},
		items: func(page *Page) []*Item { return items(page) },
		next:  func(page *Page) string { return Response(page).GetNextPageToken() },
		first: request.GetPageToken(),
	}
}
