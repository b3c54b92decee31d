package job;

import com.google.protobuf.FieldMask;
import com.google.protobuf.util.Timestamps;
import com.sipfacade.client.ExactlyOnce;
import com.sipfacade.client.Failure;
import com.sipfacade.client.Lists;
import com.sipfacade.client.SipFacade;
import com.sipfacade.v1.CreateSipAppRequest;
import com.sipfacade.v1.CreateSipUserInviteRequest;
import com.sipfacade.v1.ListMessagingProfilesRequest;
import com.sipfacade.v1.ListSipAppsResponse;
import com.sipfacade.v1.ListSipConnectionsRequest;
import com.sipfacade.v1.ListSipUserInvitesRequest;
import com.sipfacade.v1.ListSipUserInvitesResponse;
import com.sipfacade.v1.SipApp;
import com.sipfacade.v1.SipConnection;
import com.sipfacade.v1.SipUserInvite;
import com.sipfacade.v1.UpdateSipUserInviteRequest;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * One job with the Maven artifact: find a connection, read a list to its end, invite a user once,
 * change one field, wait out a rate limit, and find out what became of a write.
 */
public final class Job {
  private static final Metadata.Key<String> REPLAYED =
      Metadata.Key.of("idempotent-replayed", Metadata.ASCII_STRING_MARSHALLER);

  private final SipFacade client;

  private Job(SipFacade client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws InterruptedException {
    String address = System.getenv().getOrDefault("SIPFACADE_GRPC", "127.0.0.1:9090");
    try (SipFacade client = SipFacade.at(address).build()) {
      new Job(client).run();
    }
  }

  private void run() throws InterruptedException {
    SipConnection connection = findConnection("Patient Contact Centre");
    listInvites(connection);
    changeName(inviteOnce(connection));
    beRefused();
    waitOutRateLimit();
    createWithLostAnswer();
  }

  private SipConnection findConnection(String name) {
    var request = ListSipConnectionsRequest.newBuilder().setFilter("name = \"" + name + "\"").build();
    SipConnection found =
        client.sipConnections().listSipConnections(request).getSipConnectionsList().stream()
            .findFirst()
            .orElseThrow(() -> new NoSuchElementException("there is no connection " + name));
    System.out.println("connection: " + found.getName());
    return found;
  }

  private void listInvites(SipConnection connection) {
    var request =
        ListSipUserInvitesRequest.newBuilder()
            .setSipConnectionUuid(connection.getUuid())
            .setFilter("name:\"team\" OR name:\"shift\"")
            .setOrderBy("name")
            .setPageSize(2)
            .build();
    String names =
        Lists.all(
                client.sipConnections()::listSipUserInvites,
                request,
                ListSipUserInvitesResponse::getSipUserInvitesList)
            .map(SipUserInvite::getName)
            .collect(Collectors.joining("; "));
    System.out.println("invites: " + names);
  }

  private SipUserInvite inviteOnce(SipConnection connection) throws InterruptedException {
    long expiry = System.currentTimeMillis() + Duration.ofDays(7).toMillis();
    var request =
        CreateSipUserInviteRequest.newBuilder()
            .setSipConnectionUuid(connection.getUuid())
            .setRequestId(ExactlyOnce.newRequestId())
            .setSipUserInvite(
                SipUserInvite.newBuilder()
                    .setName("Contact centre, team C")
                    .setExpireTime(Timestamps.fromMillis(expiry)))
            .build();
    SipUserInvite created =
        ExactlyOnce.call(client.sipConnections()::createSipUserInvite, request).getSipUserInvite();
    System.out.println("invited: " + created.getName());

    var headers = new AtomicReference<Metadata>();
    var again =
        client
            .sipConnections()
            .withInterceptors(
                MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<Metadata>()))
            .createSipUserInvite(request)
            .getSipUserInvite();
    String same = again.getUuid().equals(created.getUuid()) ? "the same invite" : "another invite";
    System.out.println("repeated: " + same + ", replayed " + headers.get().get(REPLAYED));
    return created;
  }

  private void changeName(SipUserInvite invite) {
    var request =
        UpdateSipUserInviteRequest.newBuilder()
            .setSipConnectionUuid(invite.getSipConnectionUuid())
            .setSipUserInvite(
                SipUserInvite.newBuilder()
                    .setUuid(invite.getUuid())
                    .setEtag(invite.getEtag())
                    .setName("Contact centre, team D"))
            .setUpdateMask(FieldMask.newBuilder().addPaths("name"))
            .build();
    SipUserInvite changed = client.sipConnections().updateSipUserInvite(request).getSipUserInvite();
    System.out.println("changed: " + changed.getName());
    try {
      client.sipConnections().updateSipUserInvite(request);
    } catch (StatusRuntimeException error) {
      Failure failure = Failure.of(error);
      System.out.println("old etag: " + failure.reason() + ", " + failure.delivery().orElse(""));
    }
  }

  private void beRefused() {
    try {
      client.sipApps().createSipApp(app(""));
    } catch (StatusRuntimeException error) {
      Failure failure = Failure.of(error);
      String fields =
          failure.violations().stream()
              .map(violation -> violation.field() + " " + violation.description())
              .collect(Collectors.joining(", "));
      System.out.println(
          "refused: " + failure.reason() + ", " + fields + "; outcome unknown: " + failure.outcomeUnknown());
    }
  }

  private void waitOutRateLimit() {
    long start = System.nanoTime();
    var page = client.profiles().listMessagingProfiles(ListMessagingProfilesRequest.getDefaultInstance());
    boolean waited = System.nanoTime() - start >= Duration.ofSeconds(1).toNanos();
    System.out.println(
        "profiles: "
            + page.getMessagingProfilesCount()
            + (waited ? ", after the wait that the vendor asked for" : ""));
  }

  private void createWithLostAnswer() {
    try {
      SipApp created = client.sipApps().createSipApp(app("Night desk")).getSipApp();
      System.out.println("created: " + created.getName());
    } catch (StatusRuntimeException error) {
      Failure failure = Failure.of(error);
      if (!failure.outcomeUnknown() || failure.lookup().isEmpty()) {
        throw error;
      }
      System.out.println(
          "not known: "
              + failure.reason()
              + ", delivery "
              + failure.delivery().orElse("")
              + "; look with "
              + failure.lookup().get().method());
      if (client.lookUp(failure).orElse(null) instanceof ListSipAppsResponse found) {
        String names = found.getSipAppsList().stream().map(SipApp::getName).collect(Collectors.joining("; "));
        System.out.println("found: " + names);
      }
    }
  }

  private static CreateSipAppRequest app(String name) {
    return CreateSipAppRequest.newBuilder().setSipApp(SipApp.newBuilder().setName(name)).build();
  }
}
