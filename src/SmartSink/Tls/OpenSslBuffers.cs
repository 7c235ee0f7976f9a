using System.Net.Security;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SmartSink.Tls;

/// <summary>
/// Unless told otherwise OpenSSL keeps two record buffers of 16 kB each for a connection that neither reads nor writes.
/// <see cref="SslStream"/> has no setting for that, so it is made on the handle within. Where the runtime or the library is not the
/// expected one nothing is touched, and only memory is lost.
/// </summary>
internal static class OpenSslBuffers
{
    private const int SetMode = 33;
    private const int ReleaseBuffers = 0x10;

    private static readonly FieldInfo? Handle =
        typeof(SslStream).GetField("_securityContext", BindingFlags.Instance | BindingFlags.NonPublic);

    private static readonly Control? SslControl = FindControl();

    /// <summary>SSL_ctrl, which is what OpenSSL's macro SSL_set_mode calls. For that command it returns all modes that are set then.</summary>
    private delegate nint Control(SafeHandle ssl, int command, nint modes, nint unused);

    /// <summary>
    /// Makes OpenSSL give a buffer back whenever it is empty (SSL_MODE_RELEASE_BUFFERS). To be called after the handshake, while
    /// nothing is read or written. False when it cannot be done.
    /// </summary>
    public static bool TryReleaseWhenIdle(SslStream tls) =>
        SslControl is not null
        && Handle?.GetValue(tls) is SafeHandle { IsInvalid: false } ssl
        && (SslControl(ssl, SetMode, ReleaseBuffers, 0) & ReleaseBuffers) != 0;

    /// <summary>Only in the library that the runtime itself chose: its handle must not get into the hands of another version.</summary>
    private static Control? FindControl() =>
        OperatingSystem.IsLinux()
        && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3
        && NativeLibrary.TryLoad("libssl.so.3", out var library)
        && NativeLibrary.TryGetExport(library, "SSL_ctrl", out var address)
            ? Marshal.GetDelegateForFunctionPointer<Control>(address)
            : null;
}
