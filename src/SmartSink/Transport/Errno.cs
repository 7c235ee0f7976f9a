using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SmartSink.Transport;

/// <summary>Linux's error numbers (errno(3)) in the words of the runtime, as far as sockets and descriptors give them.</summary>
internal static class Errno
{
    /// <summary>A signal came in between: the call is to be made again.</summary>
    public const int EINTR = 4;

    /// <summary>Why the last system call of this thread failed.</summary>
    public static SocketError Last() => ToSocketError(Marshal.GetLastPInvokeError());

    /// <summary>The runtime's word for an error number; <see cref="SocketError.SocketError"/> for one without.</summary>
    public static SocketError ToSocketError(int error) => error switch
    {
        1 or 13 => SocketError.AccessDenied, // EPERM, EACCES
        EINTR => SocketError.Interrupted,
        9 => SocketError.OperationAborted, // EBADF
        11 => SocketError.WouldBlock, // EAGAIN
        12 or 105 => SocketError.NoBufferSpaceAvailable, // ENOMEM, ENOBUFS
        22 => SocketError.InvalidArgument, // EINVAL
        23 or 24 => SocketError.TooManyOpenSockets, // ENFILE, EMFILE
        28 => SocketError.NoBufferSpaceAvailable, // ENOSPC: epoll's limit on watches
        32 => SocketError.Shutdown, // EPIPE
        64 or 112 => SocketError.HostDown, // ENONET, EHOSTDOWN
        71 => SocketError.ProtocolType, // EPROTO
        88 => SocketError.NotSocket, // ENOTSOCK
        92 => SocketError.ProtocolOption, // ENOPROTOOPT
        95 => SocketError.OperationNotSupported, // EOPNOTSUPP
        100 => SocketError.NetworkDown, // ENETDOWN
        101 => SocketError.NetworkUnreachable, // ENETUNREACH
        103 => SocketError.ConnectionAborted, // ECONNABORTED
        104 => SocketError.ConnectionReset, // ECONNRESET
        107 => SocketError.NotConnected, // ENOTCONN
        110 => SocketError.TimedOut, // ETIMEDOUT
        113 => SocketError.HostUnreachable, // EHOSTUNREACH
        _ => SocketError.SocketError,
    };
}
