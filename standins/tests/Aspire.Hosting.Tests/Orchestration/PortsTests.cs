using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Orchestration;

namespace Aspire.Hosting.Tests.Orchestration;

public sealed class PortsTests
{
    [Fact]
    public void APortThatIsGivenOutIsNobodyElsesInAnyProcessUntilItIsReleased()
    {
        var port = Ports.Next();

        Assert.True(Ports.IsFree(port));
        Assert.Throws<SocketException>(() => Claim(port));
        Ports.Release(port);
        Claim(port);
    }

    // As another process does.
    private static void Claim(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
    }
}
