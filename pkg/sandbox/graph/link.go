package graph

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// nextLink is the address of the page that begins at an offset: the request's
// own address, as the client wrote it and on the host that it asked.
func nextLink(c *call, skip int) string {
	path, query, _ := strings.Cut(c.RequestURI, "?")
	var keep []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); part != "" && (err != nil || plain != "$skiptoken") {
			keep = append(keep, part)
		}
	}
	keep = append(keep, "$skiptoken="+strconv.Itoa(skip))
	return wire.Base(c.Request) + path + "?" + strings.Join(keep, "&")
}
