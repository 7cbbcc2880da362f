// Package execcred speaks the wire format between client-go and an exec
// credential plugin (client.authentication.k8s.io, v1 and v1beta1). It knows
// nothing of tokens but that they are text.
package execcred

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Group is the API group of ExecCredential.
const Group = "client.authentication.k8s.io"

// EnvInfo is the variable in which client-go says what it wants.
const EnvInfo = "KUBERNETES_EXEC_INFO"

// Info is what client-go said.
type Info struct {
	APIVersion  string
	Interactive bool // stdin is a terminal that may be read
	Present     bool // client-go started us, not a person
}

// ParseInfo reads the value of KUBERNETES_EXEC_INFO. Empty means that a person
// runs the command: v1, interactive, not Present.
func ParseInfo(value string) (Info, error) {
	if value == "" {
		return Info{APIVersion: Group + "/v1", Interactive: true}, nil
	}
	var in struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
		Spec       struct {
			Interactive bool `json:"interactive"`
		} `json:"spec"`
	}
	if err := json.Unmarshal([]byte(value), &in); err != nil {
		return Info{}, fmt.Errorf("%s is not valid JSON: %w", EnvInfo, err)
	}
	if in.Kind != "ExecCredential" {
		return Info{}, fmt.Errorf("%s: kind %q is not ExecCredential", EnvInfo, in.Kind)
	}
	switch in.APIVersion {
	case Group + "/v1", Group + "/v1beta1":
	default:
		return Info{}, fmt.Errorf("%s: apiVersion %q is not supported: use %s/v1 or %s/v1beta1",
			EnvInfo, in.APIVersion, Group, Group)
	}
	return Info{APIVersion: in.APIVersion, Interactive: in.Spec.Interactive, Present: true}, nil
}

// margin is how long before its end a token stops being announced as valid, so
// that a long-lived client asks again before the API server says 401.
const margin = 5 * time.Minute

// Announce returns the expirationTimestamp for a token: exp − 5 min; inside
// that margin min(exp, now + 60 s). It is never in the past for a valid token,
// or client-go would start us for every request.
func Announce(exp, now time.Time) time.Time {
	if t := exp.Add(-margin); t.After(now) {
		return t
	}
	if t := now.Add(time.Minute); t.Before(exp) {
		return t
	}
	return exp
}

// Write writes one ExecCredential of the given API version and nothing else.
func Write(w io.Writer, apiVersion, token string, expiration time.Time) error {
	type status struct {
		ExpirationTimestamp string `json:"expirationTimestamp"`
		Token               string `json:"token"`
	}
	data, err := json.Marshal(struct {
		Kind       string   `json:"kind"`
		APIVersion string   `json:"apiVersion"`
		Spec       struct{} `json:"spec"`
		Status     status   `json:"status"`
	}{"ExecCredential", apiVersion, struct{}{}, status{expiration.UTC().Format(time.RFC3339), token}})
	if err != nil {
		return fmt.Errorf("write credential: %w", err)
	}
	_, err = w.Write(append(data, '\n'))
	return err
}
