using System.Net.Sockets;
using System.Runtime.Versioning;
using SmartSink.Testing;
using SmartSink.Testing.Processes;
using SmartSink.Transport;

namespace SmartSink.Tests.Transport;

/// <summary>The file of a listening Unix socket, from its making to its removal.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UnixListenSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string SocketPath => _folder.Combine("sink.sock");

    public void Dispose()
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("666")]
    [InlineData("660")]
    [InlineData("600")]
    [InlineData("777")]
    public void The_mode_is_the_one_that_was_asked_for_whatever_the_umask(string octal)
    {
        using var socket = Open(mode: octal);
        File.GetUnixFileMode(SocketPath).ShouldBe((UnixFileMode)Convert.ToInt32(octal, 8));
        Connect();
    }

    [Theory]
    [InlineData("nobody:nogroup", "65534:65534")]
    [InlineData("nobody", "65534:0")]
    [InlineData(":nogroup", "0:65534")]
    [InlineData("1234:5678", "1234:5678")]
    [InlineData("1234:nogroup", "1234:65534")]
    public async Task The_owner_is_given_by_names_or_numbers(string owner, string expected)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, as chown(2) does");
        using var socket = Open(owner: owner);
        (await Tool.RunAsync("stat", ["-c", "%u:%g %a", SocketPath])).Output.Trim().ShouldBe($"{expected} 666");
    }

    [Theory]
    [InlineData("no-such-user-here", "there is no user no-such-user-here")]
    [InlineData("root:no-such-group-here", "there is no group no-such-group-here")]
    public void An_owner_that_the_machine_does_not_have_is_one_clear_line(string owner, string reason)
    {
        var error = Should.Throw<ListenException>(() => Open(owner: owner).Dispose());
        error.Message.ShouldBe($"cannot listen on unix:{SocketPath}: {reason}");
        error.Key.ShouldBe("SocketOwner");
        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Fact]
    public void A_stranger_cannot_give_the_socket_away()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);
        var error = Should.Throw<ListenException>(() => Unprivileged.Do(() => Open(owner: "12345").Dispose()));
        error.Message.ShouldBe($"cannot listen on unix:{SocketPath}: this process may not change the owner of the socket to 12345: only root may, and others may choose among their own groups");
        error.Key.ShouldBe("SocketOwner");
        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Fact]
    public void What_a_killed_process_has_left_is_removed()
    {
        LeaveStale();
        Should.Throw<SocketException>(Connect).SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
        using var socket = Open();
        Connect();
    }

    [Fact]
    public void A_socket_in_use_is_left_alone()
    {
        using var first = Open();
        var error = Should.Throw<ListenException>(() => Open().Dispose());
        error.Message.ShouldBe($"cannot listen on unix:{SocketPath}: another process is listening there");
        error.Key.ShouldBe("Listen");
        Connect();
    }

    /// <summary>Then connect(2) would block, or answer EAGAIN.</summary>
    [Fact]
    public void A_socket_whose_queue_is_full_is_in_use()
    {
        using var first = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        first.Bind(new UnixDomainSocketEndPoint(SocketPath));
        first.Listen(1);
        var waiting = new List<Socket>();
        SocketException? full = null;
        while (full is null)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            waiting.Add(client);
            try
            {
                client.Connect(new UnixDomainSocketEndPoint(SocketPath));
            }
            catch (SocketException exception)
            {
                full = exception;
            }
        }

        Should.Throw<ListenException>(() => Open().Dispose()).Message.ShouldBe($"cannot listen on unix:{SocketPath}: another process is listening there");
        waiting.ForEach(client => client.Dispose());
        File.Exists(SocketPath).ShouldBeTrue();
    }

    [Fact]
    public void A_socket_of_another_kind_in_use_is_left_alone()
    {
        using var datagrams = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        datagrams.Bind(new UnixDomainSocketEndPoint(SocketPath));
        Should.Throw<ListenException>(() => Open().Dispose()).Message.ShouldBe($"cannot listen on unix:{SocketPath}: another process is listening there");
        File.Exists(SocketPath).ShouldBeTrue();
    }

    [Fact]
    public void What_is_no_socket_is_left_alone()
    {
        _folder.Write("file", "precious");
        Directory.CreateDirectory(_folder.Combine("folder"));
        LeaveStale();
        File.CreateSymbolicLink(_folder.Combine("link"), SocketPath);
        foreach (var name in new[] { "file", "folder", "link" })
        {
            Should.Throw<ListenException>(() => Open(_folder.Combine(name)).Dispose())
                .Message.ShouldBe($"cannot listen on unix:{_folder.Combine(name)}: the path exists and is not a socket");
        }

        File.ReadAllText(_folder.Combine("file")).ShouldBe("precious");
        Directory.Exists(_folder.Combine("folder")).ShouldBeTrue();
        File.ResolveLinkTarget(_folder.Combine("link"), returnFinalTarget: false)!.FullName.ShouldBe(SocketPath);
        File.Exists(SocketPath).ShouldBeTrue();
    }

    [Fact]
    public void A_link_to_nowhere_is_left_alone()
    {
        File.CreateSymbolicLink(SocketPath, _folder.Combine("nowhere"));
        Should.Throw<ListenException>(() => Open().Dispose()).Message.ShouldBe($"cannot listen on unix:{SocketPath}: the path is in use");
        File.Exists(_folder.Combine("nowhere")).ShouldBeFalse();
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named() =>
        Should.Throw<ListenException>(() => Open(_folder.Combine("none/sink.sock")).Dispose())
            .Message.ShouldBe($"cannot listen on unix:{_folder.Combine("none/sink.sock")}: there is no folder {_folder.Combine("none")}");

    [Fact]
    public void A_folder_that_is_not_to_be_written_is_named()
    {
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b101_101_101);
        Should.Throw<ListenException>(() => Unprivileged.Do(() => Open().Dispose()))
            .Message.ShouldStartWith($"cannot listen on unix:{SocketPath}: {_folder.Path}: permission denied: its mode is 0555, ");
    }

    [Fact]
    public void What_is_left_but_cannot_be_removed_is_told()
    {
        LeaveStale();
        File.SetUnixFileMode(SocketPath, (UnixFileMode)0b110_110_110);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b101_101_101);
        Should.Throw<ListenException>(() => Unprivileged.Do(() => Open().Dispose()))
            .Message.ShouldStartWith($"cannot listen on unix:{SocketPath}: no process listens on the existing socket, but it cannot be removed: ");
        File.Exists(SocketPath).ShouldBeTrue();
    }

    [Fact]
    public void A_socket_that_is_not_for_us_to_ask_is_left_alone()
    {
        LeaveStale();
        File.SetUnixFileMode(SocketPath, UnixFileMode.None);
        File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_111_111);
        Should.Throw<ListenException>(() => Unprivileged.Do(() => Open().Dispose()))
            .Message.ShouldStartWith($"cannot listen on unix:{SocketPath}: a socket is already there, perhaps another process's: permission denied: its mode is 0000, ");
        File.Exists(SocketPath).ShouldBeTrue();
    }

    [Fact]
    public void The_file_goes_with_the_socket()
    {
        Open().Dispose();
        File.Exists(SocketPath).ShouldBeFalse();
    }

    [Fact]
    public void What_has_taken_the_place_of_the_file_stays()
    {
        var first = Open();
        File.Delete(SocketPath);
        using var second = Open();
        first.Dispose();
        File.Exists(SocketPath).ShouldBeTrue();
        Connect();
    }

    [Fact]
    public void The_longest_path_is_a_path()
    {
        var path = _folder.Combine(new string('x', 107 - _folder.Path.Length - 1));
        using var socket = Open(path);
        Connect(path);
    }

    [Fact]
    public void A_path_may_have_letters_beyond_ASCII_and_begin_in_the_working_folder()
    {
        var path = Path.GetRelativePath(Environment.CurrentDirectory, _folder.Combine("sønk-日本.sock"));
        using (Open(path))
        {
            Connect(path);
            File.Exists(_folder.Combine("sønk-日本.sock")).ShouldBeTrue();
        }

        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }

    private Socket Open(string? path = null, string mode = "666", string? owner = null) =>
        UnixListenSocket.Open(new UnixSocketPlace(path ?? SocketPath, (UnixFileMode)Convert.ToInt32(mode, 8), owner));

    private void Connect() => Connect(SocketPath);

    private static void Connect(string path)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
    }

    /// <summary>The runtime removes the file by the name that it was bound to, so that it stays under another.</summary>
    private void LeaveStale()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.Combine("other")));
        socket.Listen(1);
        File.Move(_folder.Combine("other"), SocketPath);
    }
}
