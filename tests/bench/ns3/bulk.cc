// SPDX-License-Identifier: MIT
// The peer of tests/bench/bulk.c: one TCP bulk transfer over a point-to-point link in ns-3, set as a
// Linux host is: CUBIC, an initial window of ten segments, SACK, time stamps, delayed ACKs, large
// buffers.
//   bulk MEGABYTES RATE_MBIT ONE_WAY_MS QUEUE_PACKETS
// Needs Debian's g++, pkgconf, libns3-dev and libgsl-dev, and is built by hand:
//   m='ns3-applications ns3-internet ns3-point-to-point'
//   g++ -O2 -std=c++17 $(pkg-config --cflags $m) tests/bench/ns3/bulk.cc -o bulk $(pkg-config --libs $m)
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>
#include <unistd.h>

using namespace ns3;

static uint64_t wanted, received;

static void Received(Ptr<const Packet> packet, const Address &)
{
    received += packet->GetSize();
    if (received >= wanted) {
        Simulator::Stop();
    }
}

static double Cpu()
{
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bulk MEGABYTES RATE_MBIT ONE_WAY_MS QUEUE_PACKETS\n");
        return 2;
    }
    wanted = (uint64_t)atol(argv[1]) * 1000000;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpCubic"));
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(10));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(16000000));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(16000000));
    Config::SetDefault("ns3::TcpSocketBase::Sack", BooleanValue(true));
    Config::SetDefault("ns3::TcpSocketBase::MinRto", TimeValue(MilliSeconds(200)));
    Config::SetDefault("ns3::TcpCubic::HyStart", BooleanValue(false));
    Config::SetDefault("ns3::DropTailQueue<Packet>::MaxSize",
                       QueueSizeValue(QueueSize(std::string(argv[4]) + "p")));
    NodeContainer nodes;
    nodes.Create(2);
    InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(nodes);
    PointToPointHelper link;
    link.DisableFlowControl();
    link.SetDeviceAttribute("DataRate", StringValue(std::string(argv[2]) + "Mbps"));
    link.SetChannelAttribute("Delay", StringValue(std::string(argv[3]) + "ms"));
    NetDeviceContainer devices = link.Install(nodes);
    Ipv4AddressHelper addresses;
    addresses.SetBase("10.0.0.0", "255.255.255.0");
    Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
    BulkSendHelper sender("ns3::TcpSocketFactory", InetSocketAddress(interfaces.GetAddress(1), 9));
    sender.SetAttribute("MaxBytes", UintegerValue(wanted));
    sender.SetAttribute("SendSize", UintegerValue(65536));
    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 9));
    ApplicationContainer sinks = sink.Install(nodes.Get(1));
    sinks.Get(0)->TraceConnectWithoutContext("Rx", MakeCallback(&Received));
    sinks.Start(Seconds(0));
    sender.Install(nodes.Get(0)).Start(Seconds(0));
    Simulator::Stop(Seconds(10000));
    const double before = Cpu();
    Simulator::Run();
    const double cpu = Cpu() - before;
    printf("ns3-bulk\tsize=%sMB rate=%sMbit/s latency=%sms queue=%spackets\t%.6g\ts to complete\n",
           argv[1], argv[2], argv[3], argv[4], Simulator::Now().GetSeconds());
    printf("ns3-bulk\tsize=%sMB rate=%sMbit/s latency=%sms queue=%spackets\t%.6g\tCPU us/MB\n",
           argv[1], argv[2], argv[3], argv[4], cpu * 1e6 / atof(argv[1]));
    printf("ns3-bulk\tsize=%sMB rate=%sMbit/s latency=%sms queue=%spackets\t%.6g\tevents/MB\n",
           argv[1], argv[2], argv[3], argv[4], (double)Simulator::GetEventCount() / atof(argv[1]));
    fflush(stdout);
    _exit(received >= wanted ? 0 : 1);
}
