// Command driver lets a program in another language try this client. It reads commands from standard
// input and writes one answer a command to standard output, in order, each as JSON on a line.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	memsvc "memsvc.dev/go"
)

// A command is a line of the input. A field that an operation has no use for is absent.
type command struct {
	ID              json.RawMessage   `json:"id"`
	Op              string            `json:"op"`
	Target          string            `json:"target"`
	APIKey          string            `json:"api_key"`
	TLSRootsFile    string            `json:"tls_roots_file"`
	TimeoutSeconds  *float64          `json:"timeout_seconds"`
	MaxMessageBytes int               `json:"max_message_bytes"`
	Headers         map[string]string `json:"headers"`
	Method          string            `json:"method"`
	Request         json.RawMessage   `json:"request"`
	Requests        []json.RawMessage `json:"requests"`
	Take            *int              `json:"take"`
	CancelAfter     *int              `json:"cancel_after"`
	Warmup          int               `json:"warmup"`
	Count           int               `json:"count"`
}

// An answer is a line of the output. Failure says that the driver could not do what it was told.
type answer struct {
	ID       json.RawMessage `json:"id"`
	Response any             `json:"response,omitempty"`
	Error    *failedCall     `json:"error,omitempty"`
	Failure  string          `json:"failure,omitempty"`
}

func main() {
	log.SetFlags(0)
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(input io.Reader, output io.Writer) error {
	lines := bufio.NewReader(input)
	answers := json.NewEncoder(output)
	answers.SetEscapeHTML(false)
	d := &driver{}
	defer d.close()
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := answers.Encode(d.answer(line)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// answer does what a line says.
func (d *driver) answer(line []byte) answer {
	var cmd command
	if err := json.Unmarshal(line, &cmd); err != nil {
		return answer{ID: cmd.ID, Failure: err.Error()}
	}
	response, err := d.do(&cmd)
	var failure *memsvc.Error
	switch {
	case errors.As(err, &failure):
		return answer{ID: cmd.ID, Response: response, Error: describe(failure)}
	case err != nil:
		return answer{ID: cmd.ID, Failure: err.Error()}
	}
	return answer{ID: cmd.ID, Response: response}
}

func (d *driver) do(cmd *command) (any, error) {
	switch cmd.Op {
	case "describe":
		return map[string]string{"language": "go", "client_version": memsvc.Version}, nil
	case "connect":
		return d.connect(cmd)
	case "close":
		return empty{}, d.close()
	}
	operation, ok := map[string]func(*driver, *command) (any, error){
		"wait_until_ready": (*driver).waitUntilReady,
		"unary":            (*driver).unary,
		"list":             (*driver).list,
		"upload":           (*driver).upload,
		"stream":           (*driver).stream,
		"bench":            (*driver).bench,
	}[cmd.Op]
	if !ok {
		return nil, errors.New("no such operation: " + cmd.Op)
	}
	if d.client == nil {
		return nil, errors.New("not connected")
	}
	return operation(d, cmd)
}
