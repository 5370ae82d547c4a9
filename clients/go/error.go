package memsvc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"memsvc.dev/go/memsvcv1"
)

// errorDomain is the domain of the server's ErrorInfo; others come from proxies in between.
const errorDomain = "memsvc.dev"

// An Error tells how a call failed. Decide by its reason or its code, never by its text.
//
// [errors.Is] finds [context.DeadlineExceeded] in an error with the code DEADLINE_EXCEEDED and
// [context.Canceled] in one with CANCELLED.
type Error struct {
	// Code is the gRPC status.
	Code codes.Code
	// Reason is the ErrorReason without its prefix, for example "MEMORY_NOT_FOUND". It is empty if the
	// error does not come from the server itself, and may be newer than this client.
	Reason string
	// Message says what went wrong, for a person.
	Message string
	// Metadata holds further facts by name.
	Metadata map[string]string
	// FieldViolations says which fields of the request break a rule, and how.
	FieldViolations []FieldViolation
	// RetryAfter is in how long to come back; nil if the server does not say.
	RetryAfter *time.Duration
	// ErrorID is what the server's log knows the error by; empty if there is none.
	ErrorID string
	// RequestID is what the server's log knows the call by; empty if unknown.
	RequestID string

	cause error
}

// A FieldViolation is a field that breaks a rule.
type FieldViolation struct {
	// Field is the path of the field, for example "messages[0].content".
	Field string
	// Description says what is wrong with it.
	Description string
}

// HasReason tells whether err is or wraps an [*Error] with this reason.
func HasReason(err error, reason ErrorReason) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.ErrorReason() == reason
}

// ErrorReason returns the reason as a value of the contract's enum; ERROR_REASON_UNSPECIFIED if the error
// does not come from the server itself, or is newer than this client.
func (e *Error) ErrorReason() ErrorReason {
	return ErrorReason(memsvcv1.ErrorReason_value["ERROR_REASON_"+e.Reason])
}

// Error returns status, reason, text and error id in one line.
func (e *Error) Error() string {
	text := "memsvc: " + code.Code(e.Code).String()
	if e.Reason != "" {
		text += " " + e.Reason
	}
	text += ": " + e.Message
	if e.ErrorID != "" {
		text += " (error_id " + e.ErrorID + ")"
	}
	return text
}

// Unwrap returns the error of gRPC.
func (e *Error) Unwrap() error {
	return e.cause
}

// Is lets [errors.Is] find the errors of package context.
func (e *Error) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return e.Code == codes.DeadlineExceeded
	case context.Canceled:
		return e.Code == codes.Canceled
	}
	return false
}

// GRPCStatus returns the status that the call ended with, so that package status of gRPC understands the
// error.
func (e *Error) GRPCStatus() *status.Status {
	if original, ok := statusIn(e.cause); ok {
		return original
	}
	return status.New(e.Code, e.Message)
}

// statusIn returns the status in err as it was sent. Package status would put the text of what wraps it,
// such as the number of attempts, into its message.
func statusIn(err error) (*status.Status, bool) {
	var carrier interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carrier) {
		return nil, false
	}
	return carrier.GRPCStatus(), true
}

// newError returns what a call of method failed with: err, as gRPC returned it, and the trailer.
func newError(method string, err error, trailer metadata.MD) *Error {
	original, ok := statusIn(err)
	if !ok { // an interceptor's own error
		original = status.FromContextError(err)
	}
	e := &Error{Code: original.Code(), Message: original.Message(), cause: err}
	if ids := trailer.Get("x-request-id"); len(ids) > 0 {
		e.RequestID = ids[0]
	}
	// What cannot be read comes out as an error and is passed over.
	for _, detail := range original.Details() {
		e.add(detail)
	}
	e.ErrorID = e.Metadata["error_id"]
	if e.Code == codes.Unimplemented && e.Reason == "" {
		e.Message = fmt.Sprintf("the server does not know the method %s; upgrade the server (%s)", method, e.Message)
	}
	return e
}

func (e *Error) add(detail any) {
	switch detail := detail.(type) {
	case *errdetails.ErrorInfo:
		if detail.GetDomain() == errorDomain {
			e.Reason = detail.GetReason()
			e.Metadata = detail.GetMetadata()
		}
	case *errdetails.BadRequest:
		for _, violation := range detail.GetFieldViolations() {
			e.FieldViolations = append(e.FieldViolations, FieldViolation{
				Field:       violation.GetField(),
				Description: violation.GetDescription(),
			})
		}
	case *errdetails.RetryInfo:
		if delay := detail.GetRetryDelay(); delay.IsValid() {
			after := delay.AsDuration()
			e.RetryAfter = &after
		}
	case *errdetails.RequestInfo:
		e.RequestID = detail.GetRequestId()
	}
}
