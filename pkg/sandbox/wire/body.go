package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 4 << 20

// JSON answers with v.
func JSON(w http.ResponseWriter, status int, v any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone: nobody to tell
}

// ReadJSON reads the request's body into v; an empty body leaves v as it is.
func ReadJSON(r *http.Request, v any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	if len(raw) > maxBody {
		return fmt.Errorf("the request is larger than %d bytes", maxBody)
	}
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("the request is not valid JSON: %w", err)
	}
	return nil
}

// RequestID returns the GUID of this request, which its answer has as
// x-ms-request-id.
func RequestID(r *http.Request) string {
	if c := callOf(r); c != nil {
		return c.id
	}
	return newID()
}

// public are the addresses of the services in Azure.
var public = map[string]string{
	Login:  "https://login.microsoftonline.com",
	Graph:  "https://graph.microsoft.com",
	ARM:    "https://management.azure.com",
	Portal: "https://microsoft.com",
}

// Base returns the address under which the client knows the service that it is
// talking to, without a slash at the end: links follow the Host header.
func Base(r *http.Request) string { return "https://" + r.Host }

// URL returns the address of a service as this client should know it: the
// sandbox's own for a client that came by a cloud file, the public one for a
// client that asked for a public host and was routed here.
func URL(r *http.Request, service string) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	c := callOf(r)
	if ip := net.ParseIP(host); c != nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return c.mux.chassis.Endpoint(service)
	}
	return public[service]
}
