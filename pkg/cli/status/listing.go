package status

import (
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

var accountListing = printer.Listing[account]{
	Columns: []printer.Column[account]{
		{Header: "ACCOUNT", Value: func(a account) string { return a.Account }},
		{Header: "TENANT", Value: func(a account) string { return a.Tenant }},
		{Header: "DEFAULT", Value: func(a account) string { return yes(a.Default) }},
		{Header: "SIGN-IN", Value: func(a account) string { return a.SignIn }},
		{Header: "TOKEN UNTIL", Value: func(a account) string { return clock(a.ValidUntil) }},
		{Header: "CLIENT", Wide: true, Value: func(a account) string { return string(a.Client) }},
		{Header: "AUTHORITY", Wide: true, Value: func(a account) string { return a.Authority }},
	},
	Name: func(a account) string { return "account/" + a.Account },
}

var contextListing = printer.Listing[context]{
	Columns: []printer.Column[context]{
		{Header: "CONTEXT", Value: func(c context) string { return c.Context }},
		{Header: "CURRENT", Value: func(c context) string { return yes(c.Current) }},
		{Header: "ACCOUNT", Value: func(c context) string { return c.Account }},
		{Header: "METHOD", Value: func(c context) string { return c.Method }},
		{Header: "STATE", Value: func(c context) string { return c.State }},
		{Header: "TOKEN UNTIL", Value: func(c context) string { return clock(c.ValidUntil) }},
		{Header: "TENANT", Wide: true, Value: func(c context) string { return c.Tenant }},
		{Header: "SERVER-ID", Wide: true, Value: func(c context) string { return c.Server }},
	},
}

var settingListing = printer.Listing[token.Setting]{
	Columns: []printer.Column[token.Setting]{
		{Header: "SETTING", Value: func(s token.Setting) string { return "--" + s.Name }},
		{Header: "VALUE", Value: func(s token.Setting) string { return s.Value }},
		{Header: "SOURCE", Value: func(s token.Setting) string { return s.Source }},
		{Header: "OVERRULED", Value: func(s token.Setting) string { return strings.Join(s.Overruled, ",") }},
	},
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func clock(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}
