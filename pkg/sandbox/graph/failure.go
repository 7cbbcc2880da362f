package graph

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Error is an answer in Graph's error form.
type Error struct {
	Status        int
	Code, Message string
	details       []detail
}

// detail says more precisely than an error's code what is wrong with a property.
type detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

func failure(status int, code, format string, args ...any) *Error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Error{Status: status, Code: code, Message: format}
}

// about adds the property that an error is about, and the reason in one word.
func (e *Error) about(target, reason string) *Error {
	e.details = append(e.details, detail{reason, e.Message, target})
	return e
}

func badRequest(format string, args ...any) *Error {
	return failure(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

func denied() *Error {
	return failure(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func missing(id string) *Error {
	return failure(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

func duplicate(format string, args ...any) *Error {
	return failure(http.StatusConflict, "Request_MultipleObjectsWithSameKeyValue", format, args...)
}

// translate gives the errors of the rooms below Graph's form.
func translate(err error) *Error {
	var query *odata.Error
	switch {
	case errors.As(err, &query):
		return failure(http.StatusBadRequest, query.Code, "%s", query.Message)
	case errors.Is(err, directory.ErrNotFound):
		return failure(http.StatusNotFound, "Request_ResourceNotFound", "%s", err.Error())
	case errors.Is(err, directory.ErrConflict):
		return duplicate("%s", err.Error())
	case errors.Is(err, directory.ErrReference):
		return badRequest("%s", err.Error())
	}
	return failure(http.StatusInternalServerError, "InternalServerError", "%s", err.Error())
}

// Refuse writes an error in Graph's form.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	if status == http.StatusMethodNotAllowed {
		code, message = "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
	}
	if code == "" {
		code = map[int]string{http.StatusNotFound: "ResourceNotFound"}[status]
	}
	if code == "" {
		code = "InternalServerError"
	}
	(&Error{Status: status, Code: code, Message: message}).write(w, r)
}

func (e *Error) write(w http.ResponseWriter, r *http.Request) {
	id := wire.RequestID(r)
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = id
	}
	body := map[string]any{"code": e.Code, "message": e.Message,
		"innerError": map[string]any{"date": time.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": client}}
	if len(e.details) > 0 {
		body["details"] = e.details
	}
	w.Header().Set("Content-Type", "application/json")
	headers(w)
	wire.JSON(w, e.Status, map[string]any{"error": body})
}

// headers are those that every answer has.
func headers(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Strict-Transport-Security", "max-age=31536000")
	w.Header().Set("x-ms-resource-unit", "1")
}
