using System.Globalization;
using System.Net;
using SmartSink.Transport;

namespace SmartSink.Tests.Connections;

/// <summary>The descriptor of a listening socket of this process, which nobody hands out.</summary>
internal static class ListeningDescriptor
{
    private const int ShutRead = 0;
    private const int LocalAddress = 1;
    private const int Inode = 9;

    /// <summary>Makes the socket useless, as a broken network stack would.</summary>
    public static void Break(IPEndPoint endPoint) => Libc.shutdown(Find(endPoint), ShutRead).ShouldBe(0);

    private static int Find(IPEndPoint endPoint)
    {
        var port = $":{endPoint.Port:X4}";
        var inode = File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Single(columns => columns[LocalAddress].EndsWith(port, StringComparison.Ordinal))[Inode];
        return Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Where(link => new FileInfo(link).LinkTarget == $"socket:[{inode}]")
            .Select(link => int.Parse(Path.GetFileName(link), CultureInfo.InvariantCulture))
            .Single();
    }
}
