package aks

import (
	"context"
	"errors"
	"testing"
)

// shelf has clusters by subscription.
type shelf map[string][]Cluster

func (s shelf) Subscriptions(context.Context) (list []Subscription, err error) {
	for id := range s {
		list = append(list, Subscription{ID: id})
	}
	return list, nil
}

func (s shelf) Clusters(_ context.Context, subscription string) ([]Cluster, error) {
	if s[subscription] == nil {
		return nil, errors.New("forbidden")
	}
	return s[subscription], nil
}

func TestFind(t *testing.T) {
	apps := Cluster{Name: "apps", ResourceGroup: "rg", Entra: &EntraProfile{ServerApp: "SERVER"}}
	one := Cluster{Name: "c", ResourceGroup: "rg", Subscription: "s1", FQDN: "one.azmk8s.io"}
	two := Cluster{Name: "c", ResourceGroup: "rg", Subscription: "s2", FQDN: "two.azmk8s.io"}
	all := shelf{"s1": {one, apps}, "s2": {two}}
	for name, tt := range map[string]struct {
		Mark
		want *Cluster
	}{
		"address":                   {Mark{Server: "https://TWO.azmk8s.io:443"}, &two},
		"server app":                {Mark{Server: "https://x", Audience: "api://server"}, &apps},
		"our entry":                 {Mark{Server: "https://127.0.0.1:1", User: one.EntryName()}, &one},
		"our entry, administrator":  {Mark{User: two.EntryName() + "-admin"}, &two},
		"Azure CLI's entry":         {Mark{User: "clusterUser_rg_apps"}, &apps},
		"Azure CLI's entry, of two": {Mark{User: "clusterUser_rg_c"}, nil},
		"name":                      {Mark{Cluster: "apps"}, &apps},
		"nothing":                   {Mark{Server: "https://elsewhere"}, nil},
	} {
		got, err := Find(t.Context(), all, tt.Mark)
		if err != nil || (got == nil) != (tt.want == nil) || got != nil && (got.Subscription != tt.want.Subscription || got.Name != tt.want.Name) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := Find(t.Context(), shelf{"s1": {one}, "s2": nil}, Mark{}); err == nil {
		t.Error("a subscription that cannot be read is no empty one")
	}
}

func TestManaged(t *testing.T) {
	for m, want := range map[Mark]bool{
		{Audience: "6DAE42F8-4368-4678-94ff-3960e28e3630"}:              true,
		{Audience: "another", Server: "https://x.hcp.eastus.azmk8s.io"}: false,
		{Server: "https://x.hcp.eastus.azmk8s.io:443"}:                  true,
		{Server: "https://127.0.0.1", User: "aad_rg_c_0000-admin"}:      true,
		{Server: "https://10.0.0.1", User: "clusterAdmin_rg_c"}:         true,
		{Server: "https://10.0.0.1", User: "kubernetes-admin"}:          false,
		{}: false,
	} {
		if got := m.Managed(); got != want {
			t.Errorf("%+v: %v", m, got)
		}
	}
}
