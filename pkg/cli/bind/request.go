package bind

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/plane"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// request is what the flags and the answers come to.
type request struct {
	asks       []ask
	dryRun     string
	format     printer.Format // "" is lines to read
	mapper     binding.Mapper
	lasts      time.Duration // 0 is for good
	name       string
	replace    bool
	maxMembers int // 0 is any number
	adopt      bool
	verify     bool
	trusted    *entra.Principal // given on the command line, not looked up
	azure      bool             // role assignments instead of bindings
}

// ask is what one principal is to get.
type ask struct {
	principal entra.Principal
	roles     []binding.Role
	reach     binding.Reach
	reason    string
}

// The values of --dry-run.
const (
	dryRunNone   = "none"
	dryRunClient = "client"
	dryRunServer = "server"
)

// check reads what needs neither a question nor a connection.
func (o *options) check(args []string) (r request, err error) {
	if r.azure, err = plane.Parse(o.plane); err != nil {
		return r, err
	}
	switch {
	case len(o.clusterRoles) > 0 && len(o.roles) > 0:
		return r, fault.New(fault.Usage, "--clusterrole and --role exclude each other")
	case o.reaches() > 1:
		return r, fault.New(fault.Usage, "-A, -n and --namespace-selector exclude each other")
	case o.all && len(o.roles) > 0 && !r.azure:
		return r, fault.New(fault.Usage, "--role names a role of one namespace: it cannot be given with -A", "use --clusterrole with -A, or --role with -n")
	case slices.Contains(o.namespaces, ""):
		return r, fault.New(fault.Usage, "-n names no namespace")
	case slices.Contains(o.clusterRoles, "") || slices.Contains(o.roles, ""):
		return r, fault.New(fault.Usage, "--clusterrole or --role names no role")
	case !slices.Contains([]string{dryRunNone, dryRunClient, dryRunServer}, o.dryRun):
		return r, fault.Newf(fault.Usage, "--dry-run is none, client or server, not %q", o.dryRun)
	case o.selector != "" && o.dryRun == dryRunClient:
		return r, fault.New(fault.Usage, "--namespace-selector needs the cluster, which --dry-run=client does not ask", "use --dry-run=server")
	case o.adopt && o.name == "":
		return r, fault.New(fault.Usage, "--adopt needs --name, the binding to take over")
	case o.maxMembers < 0:
		return r, fault.New(fault.Usage, "--max-members is a number of people above 0")
	case o.verify && (o.dryRun != dryRunNone || o.objectID != ""):
		return r, fault.New(fault.Usage, "--verify asks about a binding that is written, for somebody in the directory: it goes neither with --dry-run nor with --object-id")
	case len(args) == 0 && len(o.files) == 0 && o.objectID == "":
		return r, fault.New(fault.Usage, "nobody named to bind", "kubectl aad bind alice@contoso.com", "kubectl aad bind --help")
	}
	if o.output != "" {
		if r.format, err = printer.ParseFormat(o.output); err != nil {
			return r, err
		}
	}
	if r.lasts, err = duration(o.last); err != nil {
		return r, err
	}
	r.dryRun, r.name, r.replace, r.maxMembers, r.verify = o.dryRun, o.name, o.replace, o.maxMembers, o.verify
	r.adopt = o.adopt
	r.mapper.As, err = binding.ParseForm(o.asSubject)
	return r, err
}

// reaches counts the ways in which the flags say where.
func (o *options) reaches() int {
	n := 0
	for _, said := range []bool{o.all, len(o.namespaces) > 0, o.selector != ""} {
		if said {
			n++
		}
	}
	return n
}

// longest is how long --for may be: the calendar ends in the year 9999.
const longest = 100 * 365 * 24 * time.Hour

// duration reads 8h, 90m or 30d; "" is 0.
func duration(s string) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		if n > int(longest/(24*time.Hour)) {
			n = -1
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d < time.Second || d > longest {
		return 0, fault.Newf(fault.Usage, "--for is a time such as 8h, 90m or 30d, not %q", s)
	}
	return d, nil
}
