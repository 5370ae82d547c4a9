package memsvc_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	memsvc "memsvc.dev/go"
)

func Example() {
	ctx := context.Background()
	client, err := memsvc.NewClient("127.0.0.1:50051")
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if _, err := client.Ingest(ctx, &memsvc.IngestRequest{
		UserId: "ana",
		Messages: []*memsvc.Message{
			{Role: memsvc.Role_ROLE_USER, Content: "I moved to Austin in May."},
		},
	}); err != nil {
		log.Panic(err)
	}
	answer, err := client.Recall(ctx, &memsvc.RecallRequest{UserId: "ana", Query: "Where do I live?"})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println(answer.GetContextBlock())
}

func ExampleNewClient() {
	client, err := memsvc.NewClient("memory.example.com:443",
		memsvc.WithTLS(nil), // with the system's root certificates
		memsvc.WithAPIKey("…"),
		memsvc.WithTimeout(3*time.Second),
		memsvc.WithHeader("x-team", "search"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Close())
	// Output: <nil>
}

// A deadline and headers of a single call stand in its context.
func ExampleClient_Recall() {
	client, err := memsvc.NewClient(memsvc.DefaultTarget)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", "r-17")
	answer, err := client.Recall(ctx, &memsvc.RecallRequest{UserId: "ana", Query: "Where do I live?"})
	if err != nil {
		log.Panic(err)
	}
	for _, hit := range answer.GetResults() {
		fmt.Printf("%.2f %s\n", hit.GetScore(), hit.GetMemory().GetContent())
	}
}

func ExampleClient_ListMemories() {
	client, err := memsvc.NewClient(memsvc.DefaultTarget)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	list := client.ListMemories(context.Background(), &memsvc.ListMemoriesRequest{UserId: "ana", PageSize: 100})
	for memory, err := range list.All() {
		if err != nil {
			log.Panic(err)
		}
		fmt.Println(memory.GetContent())
	}
}

func ExampleHasReason() {
	// As a call returns it.
	var err error = &memsvc.Error{Code: codes.NotFound, Reason: "MEMORY_NOT_FOUND", Message: "There is no such memory."}
	err = fmt.Errorf("showing a memory: %w", err)
	fmt.Println(memsvc.HasReason(err, memsvc.ErrorReason_ERROR_REASON_MEMORY_NOT_FOUND))
	// Output: true
}

func ExampleError() {
	// As a call returns it.
	after := 2 * time.Second
	var err error = &memsvc.Error{Code: codes.ResourceExhausted, Reason: "OVERLOADED", Message: "busy", RetryAfter: &after}
	var failure *memsvc.Error
	if errors.As(err, &failure) && failure.RetryAfter != nil {
		fmt.Println("come back in", *failure.RetryAfter)
	}
	// Output: come back in 2s
}

func ExampleInfallible() {
	batches := []*memsvc.IngestStreamRequest{{UserId: "ana"}, {UserId: "bo"}}
	for batch, err := range memsvc.Infallible(slices.Values(batches)) {
		fmt.Println(batch.GetUserId(), err)
	}
	// Output:
	// ana <nil>
	// bo <nil>
}
