package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"reflect"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	memsvc "memsvc.dev/go"
)

// A driver does what commands say with the client that the last connect made.
type driver struct {
	client *memsvc.Client
}

type empty struct{}

func (d *driver) connect(cmd *command) (any, error) {
	var options []memsvc.Option
	if cmd.APIKey != "" {
		options = append(options, memsvc.WithAPIKey(cmd.APIKey))
	}
	if cmd.TLSRootsFile != "" {
		roots, err := os.ReadFile(cmd.TLSRootsFile)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(roots) {
			return nil, errors.New("no certificate in " + cmd.TLSRootsFile)
		}
		options = append(options, memsvc.WithTLS(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}))
	}
	if cmd.TimeoutSeconds != nil {
		options = append(options, memsvc.WithTimeout(duration(*cmd.TimeoutSeconds)))
	}
	if cmd.MaxMessageBytes != 0 {
		options = append(options, memsvc.WithMaxMessageBytes(cmd.MaxMessageBytes))
	}
	for key, value := range cmd.Headers {
		options = append(options, memsvc.WithHeader(key, value))
	}
	client, err := memsvc.NewClient(cmd.Target, options...)
	if err != nil {
		return nil, err
	}
	if err := d.close(); err != nil {
		return nil, err
	}
	d.client = client
	return empty{}, nil
}

func (d *driver) close() error {
	if d.client == nil {
		return nil
	}
	client := d.client
	d.client = nil
	return client.Close()
}

func (d *driver) waitUntilReady(cmd *command) (any, error) {
	ctx, cancel := cmd.context()
	defer cancel()
	if err := d.client.WaitUntilReady(ctx); err != nil {
		return nil, err
	}
	return empty{}, nil
}

func (d *driver) unary(cmd *command) (any, error) {
	call, err := d.unaryCall(cmd)
	if err != nil {
		return nil, err
	}
	response, err := call()
	if err != nil {
		return nil, err
	}
	return encode(response)
}

func (d *driver) bench(cmd *command) (any, error) {
	call, err := d.unaryCall(cmd)
	if err != nil {
		return nil, err
	}
	if cmd.Count < 1 {
		return nil, errors.New("count has to be above 0")
	}
	var milliseconds []float64
	for turn := range cmd.Warmup + cmd.Count {
		started := time.Now()
		if _, err := call(); err != nil {
			return nil, err
		}
		if turn >= cmd.Warmup {
			milliseconds = append(milliseconds, time.Since(started).Seconds()*1e3)
		}
	}
	slices.Sort(milliseconds)
	return map[string]float64{
		"p50_ms": milliseconds[len(milliseconds)/2],
		"p95_ms": milliseconds[len(milliseconds)*95/100],
	}, nil
}

func (d *driver) list(cmd *command) (any, error) {
	call, err := d.method(cmd)
	if err != nil {
		return nil, err
	}
	ctx, cancel := cmd.context()
	defer cancel()
	all := call(ctx)[0].MethodByName("All")
	if !all.IsValid() {
		return nil, fmt.Errorf("%s is not a list", cmd.Method)
	}
	items := []json.RawMessage{}
	if cmd.Take != nil && *cmd.Take == 0 {
		return map[string]any{"items": items}, nil
	}
	for item, failed := range all.Call(nil)[0].Seq2() {
		if err, ok := failed.Interface().(error); ok {
			return nil, err
		}
		text, err := encode(item.Interface().(proto.Message))
		if err != nil {
			return nil, err
		}
		items = append(items, text)
		if cmd.Take != nil && len(items) >= *cmd.Take {
			break
		}
	}
	return map[string]any{"items": items}, nil
}

func (d *driver) upload(cmd *command) (any, error) {
	ctx, cancel := cmd.context()
	defer cancel()
	var response proto.Message
	var err error
	switch cmd.Method {
	case "IngestStream":
		response, err = d.ingestStream(ctx, cmd, cancel)
	case "ImportUser":
		response, err = d.importUser(ctx, cmd)
	default:
		err = fmt.Errorf("%s is not an upload", cmd.Method)
	}
	if err != nil {
		return nil, err
	}
	return encode(response)
}

func (d *driver) ingestStream(
	ctx context.Context, cmd *command, cancel context.CancelFunc,
) (proto.Message, error) {
	requests := make([]*memsvc.IngestStreamRequest, len(cmd.Requests))
	for index, text := range cmd.Requests {
		requests[index] = &memsvc.IngestStreamRequest{}
		if err := protojson.Unmarshal(text, requests[index]); err != nil {
			return nil, err
		}
	}
	source := memsvc.Infallible(slices.Values(requests))
	if cmd.CancelAfter != nil {
		source = cancelAfter(source, *cmd.CancelAfter, cancel)
	}
	return d.client.IngestStream(ctx, source)
}

func (d *driver) importUser(ctx context.Context, cmd *command) (proto.Message, error) {
	target := &memsvc.ImportUserRequest{}
	if err := cmd.decode(target); err != nil {
		return nil, err
	}
	lines := make([]string, len(cmd.Requests))
	for index, text := range cmd.Requests {
		if err := json.Unmarshal(text, &lines[index]); err != nil {
			return nil, err
		}
	}
	return d.client.ImportUser(ctx, target.GetUserId(), memsvc.Infallible(slices.Values(lines)))
}

// cancelAfter yields the first count items, and cancels when the next one is asked for.
func cancelAfter[Item any](
	items iter.Seq2[Item, error], count int, cancel context.CancelFunc,
) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		left := count
		for item, err := range items {
			if left == 0 {
				break
			}
			left--
			if !yield(item, err) {
				return
			}
		}
		cancel()
	}
}

func (d *driver) stream(cmd *command) (any, error) {
	call, err := d.method(cmd)
	if err != nil {
		return nil, err
	}
	ctx, cancel := cmd.context()
	defer cancel()
	results := call(ctx)
	if results[0].Kind() != reflect.Func {
		return nil, fmt.Errorf("%s is not a stream", cmd.Method)
	}
	events := []json.RawMessage{}
	for event, failed := range results[0].Seq2() {
		if err, ok := failed.Interface().(error); ok {
			return map[string]any{"events": events}, err
		}
		text, err := encodeEvent(event.Interface())
		if err != nil {
			return nil, err
		}
		events = append(events, text)
		if cmd.CancelAfter != nil && len(events) >= *cmd.CancelAfter {
			break
		}
	}
	return map[string]any{"events": events}, nil
}
