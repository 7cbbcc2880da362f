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
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

func failure(status int, code, format string, args ...any) *Error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Error{status, code, format}
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
	if code == "" {
		code = map[int]string{http.StatusNotFound: "ResourceNotFound"}[status]
	}
	if code == "" {
		code = "InternalServerError"
	}
	id := wire.RequestID(r)
	client := r.Header.Get("client-request-id")
	if client == "" {
		client = id
	}
	wire.JSON(w, status, map[string]any{"error": map[string]any{"code": code, "message": message,
		"innerError": map[string]any{"date": time.Now().UTC().Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": client}}})
}
