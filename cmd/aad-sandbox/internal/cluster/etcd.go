package cluster

import (
	"fmt"
	"net/url"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

type etcd struct {
	*embed.Etcd
	client string // https URL for the API server
}

// startEtcd serves etcd on loopback with client certificates required, so that
// no other user of the machine can read the cluster's secrets.
func startEtcd(dir string, pki *pki) (*etcd, error) {
	cfg := embed.NewConfig()
	cfg.Dir = dir
	cfg.LogLevel = "error"
	cfg.UnsafeNoFsync = true // a cluster of the sandbox does not survive its process
	cfg.ClientTLSInfo = tlsInfo(pki)
	cfg.PeerTLSInfo = tlsInfo(pki)
	client, peer, err := twoURLs()
	if err != nil {
		return nil, err
	}
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	cfg.InitialCluster = cfg.InitialClusterFromName(cfg.Name)
	e, err := embed.StartEtcd(cfg)
	if err != nil {
		return nil, fmt.Errorf("start etcd: %w", err)
	}
	select {
	case <-e.Server.ReadyNotify():
		return &etcd{e, client.String()}, nil
	case err := <-e.Err():
		return nil, fmt.Errorf("etcd: %w", err)
	case <-time.After(30 * time.Second):
		e.Close()
		return nil, fmt.Errorf("etcd was not ready after 30 s")
	}
}

func twoURLs() (client, peer url.URL, err error) {
	ports, err := freePorts(2)
	if err != nil {
		return url.URL{}, url.URL{}, err
	}
	return url.URL{Scheme: "https", Host: address(ports[0])}, url.URL{Scheme: "https", Host: address(ports[1])}, nil
}

func tlsInfo(pki *pki) transport.TLSInfo {
	return transport.TLSInfo{
		CertFile: pki.etcd.certFile, KeyFile: pki.etcd.keyFile,
		TrustedCAFile: pki.caFile, ClientCertAuth: true,
	}
}
