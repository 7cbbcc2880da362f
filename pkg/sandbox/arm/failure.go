package arm

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Error is an answer in ARM's error form, or in AKS's own.
type Error struct {
	Status        int
	Code, Message string

	aks    bool
	target string // the parameter that AKS names
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

func failure(status int, code, format string, args ...any) *Error {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	return &Error{Status: status, Code: code, Message: format}
}

// aksFailure is a refusal by AKS itself, to which ARM hands requests on.
func aksFailure(status int, code, format string, args ...any) *Error {
	e := failure(status, code, format, args...)
	e.aks = true
	return e
}

func invalid(parameter, details string) *Error {
	e := aksFailure(http.StatusBadRequest, "InvalidParameter", "The value of parameter %s is invalid. Error details: %s", parameter, details)
	e.target = parameter
	return e
}

// required is AKS's answer to a cluster without something.
func required(parameter string) *Error {
	e := aksFailure(http.StatusBadRequest, "InvalidParameter", "Required parameter %s is missing (null).", parameter)
	e.target = parameter
	return e
}

// throttled is said by ARM, or by AKS of what is its.
func throttled(r *http.Request, seconds string) *Error {
	if strings.Contains(strings.ToLower(r.URL.Path), strings.ToLower(clusters)) {
		return aksFailure(http.StatusTooManyRequests, "Throttled", "The request is throttled. Please try again after '%s' seconds.", seconds)
	}
	return failure(http.StatusTooManyRequests, "SubscriptionRequestsThrottled", "Number of requests exceeded the limit. Please try again after '%s' seconds.", seconds)
}

func groupMissing(name string) *Error {
	return failure(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", name)
}

func clusterMissing(group, name string) *Error {
	return failure(http.StatusNotFound, "ResourceNotFound",
		"The Resource 'Microsoft.ContainerService/managedClusters/%s' under resource group '%s' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", name, group)
}

func pending(state string) *Error {
	return aksFailure(http.StatusConflict, "OperationNotAllowed",
		"Operation is not allowed: Another operation (%s) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details", state)
}

// write answers with an error. What ARM says itself is marked as the gateway's;
// AKS's errors have no "error" around them.
func (e *Error) write(w http.ResponseWriter) {
	if !e.aks {
		w.Header().Set("x-ms-failure-cause", "gateway")
		wire.JSON(w, e.Status, map[string]any{"error": map[string]any{"code": e.Code, "message": e.Message}})
		return
	}
	body := map[string]any{"code": e.Code, "details": nil, "message": e.Message, "subcode": ""}
	if e.target != "" {
		body["target"] = e.target
	}
	wire.JSON(w, e.Status, body)
}
