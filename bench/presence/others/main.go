// The original's presence service, which is written in Go: maps in memory behind a lock, lists sorted for each call.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc"

	"presence/pb"
)

type presence struct {
	pb.UnimplementedPresenceServiceServer
	gate        sync.RWMutex
	connections map[string]int
	typing      map[string]time.Time
}

func (p *presence) online() *pb.OnlineUsersResponse {
	names := make([]string, 0, len(p.connections))
	for name := range p.connections {
		names = append(names, name)
	}
	sort.Strings(names)
	return &pb.OnlineUsersResponse{Usernames: names}
}

func (p *presence) UserConnected(_ context.Context, request *pb.UserRequest) (*pb.OnlineUsersResponse, error) {
	p.gate.Lock()
	defer p.gate.Unlock()
	p.connections[request.Username]++
	return p.online(), nil
}

func (p *presence) UserDisconnected(_ context.Context, request *pb.UserRequest) (*pb.Empty, error) {
	p.gate.Lock()
	defer p.gate.Unlock()
	if p.connections[request.Username]--; p.connections[request.Username] <= 0 {
		delete(p.connections, request.Username)
		delete(p.typing, request.Username)
	}
	return &pb.Empty{}, nil
}

func (p *presence) SetTyping(_ context.Context, request *pb.SetTypingRequest) (*pb.Empty, error) {
	p.gate.Lock()
	defer p.gate.Unlock()
	if request.IsTyping {
		p.typing[request.Username] = time.Now()
	} else {
		delete(p.typing, request.Username)
	}
	return &pb.Empty{}, nil
}

func (p *presence) GetOnlineUsers(context.Context, *pb.Empty) (*pb.OnlineUsersResponse, error) {
	p.gate.RLock()
	defer p.gate.RUnlock()
	return p.online(), nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterPresenceServiceServer(server, &presence{connections: map[string]int{}, typing: map[string]time.Time{}})
	log.Fatal(server.Serve(listener))
}
