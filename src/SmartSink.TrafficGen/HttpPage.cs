namespace SmartSink.TrafficGen;

/// <summary>Finds pages of HTTP servers.</summary>
internal static class HttpPage
{
    /// <summary>A page's address.</summary>
    /// <param name="server">The server's address, perhaps with a path before the page's, or the page's address itself.</param>
    /// <param name="path">The page's path, from its slash on.</param>
    public static Uri At(Uri server, string path)
    {
        var given = server.AbsolutePath.TrimEnd('/');
        return given.EndsWith(path, StringComparison.Ordinal) ? server : new UriBuilder(server) { Path = given + path }.Uri;
    }
}
