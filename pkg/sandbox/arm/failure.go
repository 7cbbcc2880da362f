package arm

import (
	"fmt"
	"net/http"
)

// Error is an answer in ARM's error form.
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

func invalid(parameter, details string) *Error {
	return failure(http.StatusBadRequest, "InvalidParameter", "The value of parameter %s is invalid. Error details: %s", parameter, details)
}

func groupMissing(name string) *Error {
	return failure(http.StatusNotFound, "ResourceGroupNotFound", "Resource group '%s' could not be found.", name)
}

func clusterMissing(group, name string) *Error {
	return failure(http.StatusNotFound, "ResourceNotFound",
		"The Resource 'Microsoft.ContainerService/managedClusters/%s' under resource group '%s' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", name, group)
}

func pending(state string) *Error {
	return failure(http.StatusConflict, "OperationNotAllowed",
		"Operation is not allowed: Another operation (%s) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details", state)
}
