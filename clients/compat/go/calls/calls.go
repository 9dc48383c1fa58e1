// Package calls reads calls, makes them and writes their answers, for both clients.
package calls

import (
	"bufio"
	"encoding/json"
	"os"
	"sync"
)

// Call is one call, as in ../../call.ts.
type Call struct {
	Product    string                 `json:"product"`
	Version    string                 `json:"version"`
	Action     string                 `json:"action"`
	Parameters map[string]string      `json:"parameters"`
	Structured map[string]interface{} `json:"structured"`
	Key        Key                    `json:"key"`
	Endpoint   string                 `json:"endpoint"`
	Protocol   string                 `json:"protocol"`
	Setting    string                 `json:"setting"`
	Trust      string                 `json:"trust"`
	// PEM text of the server's certificate.
	CertificateText string `json:"certificateText"`
}

// Key is a key pair, or the three parts of a token.
type Key struct {
	AccessKeyID     string `json:"accessKeyId"`
	AccessKeySecret string `json:"accessKeySecret"`
	SecurityToken   string `json:"securityToken"`
}

// Answer is what a client returned: one of the three.
type Answer struct {
	Body   interface{} `json:"body,omitempty"`
	Error  *Failure    `json:"error,omitempty"`
	Absent string      `json:"absent,omitempty"`
}

// Failure is an error as a program sees it.
type Failure struct {
	Type    string `json:"type"`
	Code    string `json:"code"`
	Status  *int   `json:"status"`
	Message string `json:"message"`
}

// Serve answers each line of standard input; the calls of one line are made at the same time.
func Serve(callOnce func(Call) Answer) {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	decoder := json.NewDecoder(lines)
	encoder := json.NewEncoder(os.Stdout)
	for {
		var line struct {
			Calls []Call `json:"calls"`
		}
		if decoder.Decode(&line) != nil {
			return
		}
		answers := make([]Answer, len(line.Calls))
		var all sync.WaitGroup
		for at, call := range line.Calls {
			all.Add(1)
			go func() {
				defer all.Done()
				answers[at] = callOnce(call)
			}()
		}
		all.Wait()
		if encoder.Encode(map[string][]Answer{"answers": answers}) != nil {
			return
		}
	}
}
