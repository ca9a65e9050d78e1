// SPDX-License-Identifier: MIT
// The bulk transfer of `skein-bench tcp` in ns-3, to compare completion times and CPU time:
//
//     g++ -O2 -std=c++17 tests/bench/ns3_bulk.cc -o ns3-bulk $(pkg-config --cflags --libs
//         ns3-internet ns3-point-to-point ns3-applications ns3-traffic-control)
//     ./ns3-bulk 10000000
//
// 10 Mbit/s, 50 ms one way, a queue of 100 packets, CUBIC, segments of 1448 B, the first window 10.
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
#include "ns3/traffic-control-module.h"

#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace ns3;

static uint64_t received = 0;
static double finished = 0;

static void Received(Ptr<const Packet> packet, const Address &)
{
    received += packet->GetSize();
    finished = Simulator::Now().GetSeconds();
}

int main(int argc, char **argv)
{
    const uint64_t size = argc > 1 ? strtoull(argv[1], nullptr, 10) : 10000000;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpCubic"));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(4 << 20));
    Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(false));
    NodeContainer nodes;
    nodes.Create(2);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("10Mbps"));
    link.SetChannelAttribute("Delay", StringValue("50ms"));
    link.SetQueue("ns3::DropTailQueue", "MaxSize", StringValue("100p"));
    NetDeviceContainer devices = link.Install(nodes);
    InternetStackHelper stack;
    stack.Install(nodes);
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.0.0", "255.255.255.0");
    Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
    TrafficControlHelper traffic;
    traffic.Uninstall(devices);
    BulkSendHelper source("ns3::TcpSocketFactory", InetSocketAddress(interfaces.GetAddress(1), 9));
    source.SetAttribute("MaxBytes", UintegerValue(size));
    source.SetAttribute("SendSize", UintegerValue(65536));
    source.Install(nodes.Get(0)).Start(Seconds(0));
    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    ApplicationContainer sinks = sink.Install(nodes.Get(1));
    sinks.Start(Seconds(0));
    sinks.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Received));
    Simulator::Stop(Seconds(10000));
    const clock_t start = clock();
    Simulator::Run();
    const double cpu = double(clock() - start) / CLOCKS_PER_SEC;
    printf("%llu bytes received after %.4f s, %.4f s of CPU, %.3f ms for a megabyte, %llu events\n",
           (unsigned long long)received, finished, cpu, cpu * 1e9 / double(received),
           (unsigned long long)Simulator::GetEventCount());
    Simulator::Destroy();
    return 0;
}
