// Command ingest is the write side of the example: an HTTP service that tells memsvc what was said.
//
//	POST /said {"user": "ana", "author": "Ana", "text": "I moved to Austin."}
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"google.golang.org/grpc/metadata"

	memsvc "memsvc.dev/go"
)

type said struct {
	User   string `json:"user"`
	Author string `json:"author"`
	Text   string `json:"text"`
}

type service struct {
	memory *memsvc.Client
}

func main() {
	client, err := memsvc.NewClient(os.Getenv("MEMSVC_TARGET"))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", os.Getenv("LISTEN"))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /said", service{client}.said)
	fmt.Printf("ready http://%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, mux))
}

func (s service) said(w http.ResponseWriter, r *http.Request) {
	var body said
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	stored, err := s.memory.Ingest(carryOn(r), &memsvc.IngestRequest{
		UserId:   body.User,
		Messages: []*memsvc.Message{{Role: memsvc.Role_ROLE_USER, Author: body.Author, Content: body.Text}},
	})
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"message_id": stored.GetResults()[0].GetMessageId()})
}

// carryOn gives the call the trace and the id of the request that it serves.
func carryOn(r *http.Request) context.Context {
	ctx := r.Context()
	for _, key := range []string{"traceparent", "tracestate", "x-request-id"} {
		if value := r.Header.Get(key); value != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, key, value)
		}
	}
	return ctx
}

// fail tells the caller's own mistakes, and of others only that there was one.
func fail(w http.ResponseWriter, err error) {
	var failure *memsvc.Error
	if errors.As(err, &failure) && len(failure.FieldViolations) > 0 {
		http.Error(w, failure.Message, http.StatusBadRequest)
		return
	}
	log.Print(err)
	http.Error(w, "the memory is away", http.StatusServiceUnavailable)
}
