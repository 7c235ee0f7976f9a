using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using SmartSink.TrafficGen.Options;

namespace SmartSink.TrafficGen.Sending;

/// <summary>A socket, encrypted or not. Sends at once what there is room for; only the rest is waited for.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>SOL_IP and IP_BIND_ADDRESS_NO_PORT: a bound socket's port is chosen at connect, where one that lingers may be taken again.</summary>
    private const int IpLevel = 0;
    private const int BindAddressNoPort = 24;

    /// <summary>No time stamp: the heartbeat has given the connection up.</summary>
    private const long GivenUp = -1;

    private readonly Socket _socket;
    private SslStream? _tls;
    private long _deadline = long.MaxValue;

    /// <summary>Makes an unconnected one.</summary>
    /// <param name="target">Where it will connect to.</param>
    /// <param name="source">The local address; null for the system's choice.</param>
    /// <exception cref="SocketException">There is no descriptor left, or the address is not this machine's.</exception>
    public Connection(IPEndPoint target, IPAddress? source)
    {
        _socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (source is not null)
        {
            try
            {
                Bind(source);
            }
            catch
            {
                _socket.Dispose();
                throw;
            }
        }
    }

    /// <summary>Whether the server has let wait for too long.</summary>
    public bool IsGivenUp => Volatile.Read(ref _deadline) == GivenUp;

    /// <summary>Until when the worker waits next, as a time stamp; <see cref="long.MaxValue"/> while it waits for nothing.</summary>
    /// <returns>False when the connection has been given up.</returns>
    public bool WaitUntil(long deadline)
    {
        var last = Volatile.Read(ref _deadline);
        return last != GivenUp && Interlocked.CompareExchange(ref _deadline, deadline, last) == last;
    }

    /// <summary>The wait that was to be over by now; null when there is none. For the heartbeat's thread.</summary>
    public OverdueWait? FindOverdue(long now) =>
        Volatile.Read(ref _deadline) is var deadline && deadline != GivenUp && now >= deadline ? new OverdueWait(this, deadline) : null;

    /// <summary>Connects.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="proxy">The header to begin with.</param>
    /// <exception cref="SocketException">It could not.</exception>
    public async ValueTask ConnectAsync(IPEndPoint target, ProxyProtocol proxy)
    {
        await _socket.ConnectAsync(target);
        _socket.Blocking = false;
        if (proxy != ProxyProtocol.None)
        {
            await SendAsync(ProxyHeader.Make(proxy, (IPEndPoint)_socket.LocalEndPoint!, target));
        }
    }

    /// <summary>Encrypts from now on. No certificate is refused: what is tested is a load, often with a certificate of the test's own.</summary>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async Task SecureAsync(string serverName)
    {
        // NetworkStream takes no other; asynchronous calls do not block all the same.
        _socket.Blocking = true;
        _tls = new SslStream(new NetworkStream(_socket, ownsSocket: false));
        await _tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
#pragma warning disable CA5359 // See above: said in the help of the flags.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
    }

    /// <summary>Receives what there is, at least one octet; 0 when the server has closed.</summary>
    /// <exception cref="SocketException">The connection was lost.</exception>
    /// <exception cref="IOException">The same, encrypted.</exception>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _tls is null ? _socket.ReceiveAsync(buffer) : _tls.ReadAsync(buffer);

    /// <summary>Sends what there is room for at once, and returns what is left; encrypted, that is everything.</summary>
    /// <exception cref="SocketException">The connection was lost.</exception>
    public ReadOnlySpan<byte> SendNow(ReadOnlySpan<byte> bytes)
    {
        while (_tls is null && !bytes.IsEmpty)
        {
            var sent = _socket.Send(bytes, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            bytes = bytes[sent..];
        }

        return bytes;
    }

    /// <summary>Sends octets that the caller may overwrite as soon as the call has returned, before what it returned is complete.</summary>
    /// <exception cref="SocketException">The connection was lost.</exception>
    /// <exception cref="IOException">The same, encrypted.</exception>
    public ValueTask SendCopyAsync(ReadOnlySpan<byte> bytes)
    {
        bytes = SendNow(bytes);
        if (bytes.IsEmpty)
        {
            return default;
        }

        var copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        return SendRentedAsync(copy, bytes.Length);
    }

    /// <summary>Sends octets that stay as they are.</summary>
    /// <exception cref="SocketException">The connection was lost.</exception>
    /// <exception cref="IOException">The same, encrypted.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var left = SendNow(bytes.Span).Length;
        return left == 0 ? default : SendRestAsync(bytes[^left..]);
    }

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    /// <summary>Gives the connection up, unless the worker waits for something else by now.</summary>
    private void GiveUp(long deadline)
    {
        if (Interlocked.CompareExchange(ref _deadline, GivenUp, deadline) == deadline)
        {
            Dispose();
        }
    }

    private void Bind(IPAddress source)
    {
        if (OperatingSystem.IsLinux() && source.AddressFamily == AddressFamily.InterNetwork)
        {
            _socket.SetRawSocketOption(IpLevel, BindAddressNoPort, BitConverter.GetBytes(1));
        }

        _socket.Bind(new IPEndPoint(source, 0));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRentedAsync(byte[] rented, int length)
    {
        try
        {
            await SendRestAsync(rented.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_tls is not null)
        {
            await _tls.WriteAsync(bytes);
            return;
        }

        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
    }

    /// <summary>A wait that was overdue when the heartbeat looked. The worker does not stand still: by now it may wait for something else, on another connection.</summary>
    public readonly record struct OverdueWait(Connection Connection, long Deadline)
    {
        /// <summary>Ends the wait if it is still the one that was overdue.</summary>
        public void GiveUp() => Connection.GiveUp(Deadline);
    }
}
