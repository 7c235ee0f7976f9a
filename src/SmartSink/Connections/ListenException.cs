using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace SmartSink.Connections;

/// <summary>The server cannot listen where it was told to. The message is one line for the operator.</summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Only a failed bind or listen makes one.")]
internal sealed class ListenException : Exception
{
    /// <summary>Names the endpoint and what is wrong with it.</summary>
    public ListenException(IPEndPoint endPoint, SocketException cause)
        : base($"cannot listen on {endPoint}: {Describe(cause)}", cause) => SocketError = cause.SocketErrorCode;

    /// <summary>Says which listener it is.</summary>
    public ListenException(string listener, ListenException cause)
        : base(cause.Message, cause)
    {
        SocketError = cause.SocketError;
        Listener = listener;
    }

    /// <summary>The SMTP listener's name; null for HTTP.</summary>
    public string? Listener { get; }

    /// <summary>What bind(2) or listen(2) answered.</summary>
    public SocketError SocketError { get; }

    private static string Describe(SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "the port is in use",
        SocketError.AccessDenied => "permission denied (ports below 1024 need a privilege)",
        SocketError.AddressNotAvailable => "this machine does not have the address",
        _ => cause.Message,
    };
}
