package arm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// maxErrorText is how many bytes of ARM's own message are repeated.
const maxErrorText = 800

// Roles of Azure that give a person what the calls need (AKS, "use Azure
// role-based access control").
const (
	reader       = "Reader"
	contributor  = "Contributor"
	aksOperator  = "Azure Kubernetes Service Contributor Role"
	clusterUser  = "Azure Kubernetes Service Cluster User Role"
	clusterAdmin = "Azure Kubernetes Service Cluster Admin Role"
)

// call is what an error says of the request that failed.
type call struct {
	op   string
	role string // gives the right to it
}

// failed turns the SDK's error into a fault; nil is nil. ARM's message is
// repeated, cleaned; it names the action and the scope that were denied.
func (c *Client) failed(ctx context.Context, q call, err error) error {
	if err == nil {
		return nil
	}
	var said *azcore.ResponseError
	if errors.As(err, &said) {
		return c.refused(q, said)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return fault.Wrap(fault.Cancelled, q.op, err)
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return fault.Wrap(f.Kind, q.op, err)
	}
	if !unreached(err) { // the SDK refuses to send it, or cannot read the answer
		return fault.Wrap(fault.Failure, q.op, err)
	}
	return fault.Wrap(fault.Network, q.op, err,
		fmt.Sprintf("is %s reachable from here? a proxy is taken from HTTPS_PROXY", c.host))
}

func unreached(err error) bool {
	var request *url.Error
	return errors.As(err, &request) || errors.Is(err, io.ErrUnexpectedEOF)
}

func (c *Client) refused(q call, said *azcore.ResponseError) error {
	code, text := message(said)
	err := &fault.Error{Op: q.op, Kind: fault.Failure, Err: fmt.Errorf("Azure answers %d: %s", said.StatusCode, text)}
	if said.StatusCode < 300 { // the answer is good and says that the operation was not
		err.Err = errors.New("Azure reports " + text)
	}
	switch status := said.StatusCode; {
	case status == http.StatusUnauthorized:
		err.Kind = fault.Forbidden
		err.Hints = []string{"Azure does not accept this sign-in: sign in again, to the subscription's tenant"}
	case status == http.StatusForbidden:
		err.Kind = fault.Forbidden
		err.Hints = []string{fmt.Sprintf("an Owner or User Access Administrator of the subscription can assign the role %q", q.role)}
	case code == "MissingSubscriptionRegistration":
		err.Kind = fault.Config
		err.Hints = []string{"az provider register --namespace Microsoft.ContainerService --wait"}
	case status == http.StatusNotFound:
		err.Kind = fault.NotFound
	case status == http.StatusConflict, status == http.StatusPreconditionFailed:
		err.Kind = fault.Conflict
	case status == http.StatusTooManyRequests:
		err.Kind = fault.Throttled
		err.Hints = []string{"try again in some minutes"}
	case status == http.StatusProxyAuthRequired, status >= 500:
		err.Kind = fault.Network
	}
	return err
}

// code returns ARM's code of the SDK's error, or "".
func code(err error) string {
	var said *azcore.ResponseError
	if !errors.As(err, &said) {
		return ""
	}
	name, _ := message(said)
	return name
}

// message returns ARM's code and its text, ready for a terminal. The SDK's own
// text is 10 lines with a ruler.
func message(said *azcore.ResponseError) (code, text string) {
	type body struct{ Code, Message string }
	var answer struct {
		Error *body
		body  // the error of an operation stands alone
	}
	code = safetext.Clean(said.ErrorCode)
	text = http.StatusText(said.StatusCode)
	if said.RawResponse == nil {
		return code, text
	}
	raw, err := runtime.Payload(said.RawResponse)
	if err != nil || json.Unmarshal(raw, &answer) != nil {
		return code, text
	}
	if answer.Error != nil {
		answer.body = *answer.Error
	}
	if answer.Code != "" {
		code = safetext.Clean(answer.Code)
	}
	if answer.Message != "" {
		text = answer.Message
	}
	text = safetext.Clean(strings.ToValidUTF8(text[:min(len(text), maxErrorText)], ""))
	return code, strings.Trim(code+": "+text, ": ")
}
